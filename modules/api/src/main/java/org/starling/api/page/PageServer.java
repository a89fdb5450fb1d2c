package org.starling.api.page;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the live page to a browser on this machine and to nothing else.
 *
 * <p>The address that is printed at start carries a secret behind its {@code #}, which a browser sends to nobody; the
 * page's script keeps it for its tab and proves it when it asks for the events, which alone tell something, or has
 * something done. There are no
 * cookies, because these know no ports: another server on this machine would be sent them. A hostile page in the same
 * browser does not have the secret, and is kept out besides by each of these: the request must name this server as its
 * host (so a name rebound to this machine fails), it must come from this origin, and the page may not be framed.
 */
public final class PageServer implements AutoCloseable {
    /** Most browsers that follow the events at once. */
    private static final int MAX_FOLLOWERS = 32;

    /** Most connections at once. */
    private static final int MAX_CONNECTIONS = 128;

    /** How often the state is looked at for a browser that follows. */
    private static final long LOOK_MILLIS = 400;

    /** How long nothing may be sent, so that a browser that has gone is noticed. */
    private static final long SILENCE_MILLIS = 10_000;

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Most bytes that a person says at once. */
    private static final int MAX_BODY_BYTES = 16_384;

    /** What is to be done stands behind this in the path. */
    private static final String ACTIONS = "/do/";

    private static final Map<String, String> FILES = Map.of(
            "/page.js", "text/javascript; charset=utf-8",
            "/wallet.js", "text/javascript; charset=utf-8",
            "/page.css", "text/css; charset=utf-8",
            "/wallet.css", "text/css; charset=utf-8",
            "/icon.svg", "image/svg+xml");

    private final Supplier<PageState> source;
    private final @Nullable PageActions actions;
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final String secret;
    private final WebServer server;
    private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);
    private volatile boolean closing;

    private PageServer(int port, Supplier<PageState> source, @Nullable PageActions actions, SecureRandom random) {
        this.source = source;
        this.actions = actions;
        this.secret = token(random);
        this.server = WebServer.builder()
                .shutdownHook(false)
                .address(InetAddress.ofLiteral("127.0.0.1"))
                .port(port)
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxPayloadSize(MAX_BODY_BYTES)
                .shutdownGracePeriod(Duration.ofMillis(500))
                .routing(HttpRouting.builder().any(this::answer))
                .build();
    }

    /** A name that nobody can guess. */
    static String token(SecureRandom random) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Listens on 127.0.0.1 from now on; port 0 takes a free one. Throws {@link IOException} if the port cannot be had.
     *
     * @param source gives the state at any time, to any thread
     * @param actions what can be done on the page; null if it only shows
     */
    public static PageServer start(int port, Supplier<PageState> source, @Nullable PageActions actions)
            throws IOException {
        PageServer page = new PageServer(port, source, actions, new SecureRandom());
        // The web server only logs it if it cannot listen.
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        } catch (BindException e) {
            throw new IOException(
                    "Port " + port + " of 127.0.0.1 for the live page is in use; choose another with" + " -webport.",
                    e);
        }
        page.server.start();
        if (!page.server.isRunning()) {
            throw new IOException("Port " + port + " of 127.0.0.1 for the live page is not available.");
        }
        return page;
    }

    public int port() {
        return server.port();
    }

    /** What to open in a browser. */
    public String address() {
        return "http://127.0.0.1:" + port() + "/#" + secret;
    }

    @Override
    public void close() {
        closing = true;
        server.stop();
    }

    private void answer(ServerRequest request, ServerResponse response) {
        secure(response);
        String path = request.path().rawPath();
        if (!isOurHost(request.headers()) || !isOurOrigin(request.headers())) {
            refuse(response, "This page is not for other pages.");
        } else if (path.startsWith(ACTIONS) && request.prologue().method().equals(Method.POST)) {
            act(path.substring(ACTIONS.length()), request, response);
        } else if (!request.prologue().method().equals(Method.GET)) {
            refuse(response, "There is nothing to change here.");
        } else if (path.equals("/")) {
            file("/page.html", "text/html; charset=utf-8", response);
        } else if (path.equals("/events") && !hasSecret(request.headers())) {
            refuse(response, "Open the address that the node printed when it started.");
        } else if (path.equals("/events")) {
            follow(response);
        } else if (FILES.containsKey(path)) {
            file(path, FILES.get(path), response);
        } else {
            response.status(Status.NOT_FOUND_404).send();
        }
    }

    // Besides the secret a browser must have said that it is this page that asks, and in a form that no other can send
    // without asking first.
    private void act(String name, ServerRequest request, ServerResponse response) {
        ServerRequestHeaders headers = request.headers();
        boolean fromHere = headers.first(HeaderNames.ORIGIN).isPresent();
        boolean isJson = headers.first(HeaderNames.CONTENT_TYPE).orElse("").equals("application/json");
        if (!fromHere || !isJson || !hasSecret(headers)) {
            refuse(response, "Open the address that the node printed when it started.");
        } else if (actions == null || !actions.names().contains(name)) {
            response.status(Status.NOT_FOUND_404).send();
        } else {
            byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
            act(actions, name, body, response);
            Arrays.fill(body, (byte) 0);
        }
    }

    private void act(PageActions all, String name, byte[] body, ServerResponse response) {
        Status status = Status.OK_200;
        Object answer;
        try {
            JsonNode input = mapper.readTree(body);
            if (!input.isObject()) {
                throw new RefusedException("", "An object is wanted.");
            }
            answer = all.act(name, input);
        } catch (JacksonException e) {
            status = Status.BAD_REQUEST_400;
            answer = Map.of("field", "", "error", "This is not understood.");
        } catch (RefusedException e) {
            status = Status.BAD_REQUEST_400;
            answer = Map.of("field", e.field(), "error", e.sentence());
        }
        response.status(status).header("Content-Type", "application/json");
        response.send(mapper.writeValueAsBytes(answer));
    }

    private static void secure(ServerResponse response) {
        response.header("Content-Security-Policy", POLICY);
        response.header("X-Content-Type-Options", "nosniff");
        response.header("X-Frame-Options", "DENY");
        response.header("Referrer-Policy", "no-referrer");
        response.header("Cross-Origin-Resource-Policy", "same-origin");
        response.header("Cross-Origin-Opener-Policy", "same-origin");
        response.header("Cache-Control", "no-store");
    }

    private boolean isOurHost(ServerRequestHeaders headers) {
        String host = headers.first(HeaderNames.HOST).orElse("");
        return host.equals("127.0.0.1:" + port()) || host.equals("localhost:" + port());
    }

    // Browsers say where a request comes from: "none" is the user, who typed or clicked an address elsewhere.
    private boolean isOurOrigin(ServerRequestHeaders headers) {
        String origin = headers.first(HeaderNames.ORIGIN).orElse("");
        boolean ours = origin.isEmpty()
                || origin.equals("http://127.0.0.1:" + port())
                || origin.equals("http://localhost:" + port());
        String site = headers.first(HeaderNames.create("Sec-Fetch-Site")).orElse("none");
        String mode = headers.first(HeaderNames.create("Sec-Fetch-Mode")).orElse("");
        String destination = headers.first(HeaderNames.create("Sec-Fetch-Dest")).orElse("");
        boolean opened = mode.equals("navigate") && destination.equals("document");
        return ours && (site.equals("same-origin") || site.equals("none") || opened);
    }

    private boolean hasSecret(ServerRequestHeaders headers) {
        return equalInConstantTime(headers.first(HeaderNames.AUTHORIZATION).orElse(""), "Bearer " + secret);
    }

    private static boolean equalInConstantTime(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static void refuse(ServerResponse response, String reason) {
        response.status(Status.FORBIDDEN_403).header("Content-Type", "text/plain; charset=utf-8");
        response.send((reason + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void file(String name, String type, ServerResponse response) {
        try (InputStream in = PageServer.class.getResourceAsStream(name.substring(1))) {
            if (in == null) {
                throw new AssertionError(name + " is part of the program");
            }
            response.header("Content-Type", type);
            response.send(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void follow(ServerResponse response) {
        if (!followers.tryAcquire()) {
            response.status(Status.SERVICE_UNAVAILABLE_503).send();
            return;
        }
        response.header("Content-Type", "text/event-stream");
        try (OutputStream out = response.outputStream()) {
            sendStates(out);
        } catch (IOException | UncheckedIOException e) {
            // The browser has gone, which is how every stream ends.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            followers.release();
        }
    }

    private void sendStates(OutputStream out) throws IOException, InterruptedException {
        byte[] last = {};
        long silent = 0;
        while (!closing) {
            byte[] now = mapper.writeValueAsBytes(source.get());
            if (!Arrays.equals(now, last)) {
                out.write("data: ".getBytes(StandardCharsets.US_ASCII));
                out.write(now);
                out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                last = now;
                silent = 0;
            } else if (silent >= SILENCE_MILLIS) {
                out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                silent = 0;
            }
            Thread.sleep(LOOK_MILLIS);
            silent += LOOK_MILLIS;
        }
    }
}
