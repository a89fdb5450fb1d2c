package org.starling.app;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import tools.jackson.databind.JsonNode;

/** One request and its answer over a connection of its own; a command that runs for a moment needs no more. */
final class HttpExchange {
    private static final int MAX_LINE = 8192;

    private static final int CONNECT_MILLIS = 5000;

    private HttpExchange() {}

    /** Posts JSON and reads JSON. */
    static JsonNode post(String host, int port, String path, String credentials, byte[] body, int timeoutMillis)
            throws IOException, UsageException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            socket.setSoTimeout(timeoutMillis);
            String head = "POST " + path + " HTTP/1.1\r\nHost: " + host + ":" + port
                    + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                    + "\r\nAuthorization: Basic "
                    + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) + "\r\n\r\n";
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write(head.getBytes(StandardCharsets.US_ASCII));
            request.write(body);
            socket.getOutputStream().write(request.toByteArray());
            return answer(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private static JsonNode answer(InputStream in) throws IOException, UsageException {
        String status = line(in);
        String[] words = status.split(" ", 3);
        int code = words.length > 1 && words[1].matches("[0-9]{3}") ? Integer.parseInt(words[1]) : 0;
        long length = -1;
        boolean chunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        if (code == 401) {
            throw new UsageException("Authorization failed: Incorrect rpcuser or rpcpassword");
        }
        byte[] body = chunked ? chunks(in) : length < 0 ? in.readAllBytes() : in.readNBytes(Math.toIntExact(length));
        if (code == 503) {
            throw new UsageException("Server response: " + new String(body, StandardCharsets.UTF_8).stripTrailing());
        }
        try {
            return Json.parse(body);
        } catch (RpcException e) {
            throw new UsageException("server returned HTTP error " + code);
        }
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
            if (length == 0) {
                return body.toByteArray();
            }
            body.write(in.readNBytes(length));
            String _ = line(in);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < MAX_LINE) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c == '\n') {
                return text.toString().stripTrailing();
            }
            text.append((char) c);
        }
        throw new IOException("a header of more than " + MAX_LINE + " characters");
    }
}
