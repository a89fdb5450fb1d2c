package org.starling.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The run from which the launcher makes the JVM's ahead-of-time cache: a node on an empty directory that is asked a few
 * things and told to stop, so that what every start loads is in the cache.
 */
final class Rehearsal {
    private static final String ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    /** A node that takes longer to stop is left behind, and the cache is not made. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private Rehearsal() {}

    static int run() {
        try {
            Path folder = Files.createTempDirectory("starling");
            try {
                return run(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException | InterruptedException e) {
            return 1;
        }
    }

    private static int run(Path folder) throws IOException, InterruptedException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> common = List.of("-regtest", "-datadir=" + folder, "-rpcport=" + port);
        NodeCommand node = new NodeCommand(nowhere, nowhere);
        Thread running = Thread.ofPlatform().daemon().start(() -> {
            int _ = node.run(Stream.concat(
                            common.stream(),
                            Stream.of("-bind=127.0.0.1:0", "-listenonion=0", "-printtoconsole=0", "-debug"))
                    .toList());
        });
        for (List<String> words : List.of(
                List.of("getblockchaininfo"),
                List.of("getpeerinfo"),
                List.of("generatetoaddress", "1", ADDRESS),
                List.of("stop"))) {
            List<String> all = Stream.of(common, List.of("-rpcwait", "-rpcwaittimeout=30"), words)
                    .flatMap(List::stream)
                    .toList();
            if (new ClientCommand(nowhere, nowhere).run(all) != 0) {
                return 1;
            }
        }
        return running.join(LONGEST_STOP) ? 0 : 1;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
