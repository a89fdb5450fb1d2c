package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A node, usually on regtest, as a process of its own, with a folder and ports of its own, asked through the client. */
final class NodeProcess implements AutoCloseable {
    private final Path folder;
    private final String chain;
    private final int p2pPort;
    private final int rpcPort;
    private final List<Process> processes = new ArrayList<>();

    NodeProcess(Path folder) throws IOException {
        this(folder, "regtest");
    }

    NodeProcess(Path folder, String chain) throws IOException {
        this.folder = folder;
        this.chain = "-chain=" + chain;
        p2pPort = freePort();
        rpcPort = freePort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int p2pPort() {
        return p2pPort;
    }

    int rpcPort() {
        return rpcPort;
    }

    /** Starts it with these options besides folder, chain and ports. */
    Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.starling.app.Main",
                "node",
                "-datadir=" + folder,
                chain,
                "-bind=127.0.0.1:" + p2pPort,
                "-rpcport=" + rpcPort));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    record Answer(int status, String out, String err) {}

    /** What the client says to these words; it waits until the node can be asked. */
    Answer ask(String... words) {
        return ask(List.of("-rpcwait", "-rpcwaittimeout=60"), words);
    }

    /** As {@link #ask}, but an error if the node is not there. */
    Answer askOnce(String... words) {
        return ask(List.of(), words);
    }

    private Answer ask(List<String> options, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of("-datadir=" + folder, chain, "-rpcport=" + rpcPort));
        all.addAll(options);
        all.addAll(List.of(words));
        int status = new ClientCommand(new PrintStream(out), new PrintStream(err)).run(all);
        return new Answer(
                status,
                out.toString(StandardCharsets.UTF_8).strip(),
                err.toString(StandardCharsets.UTF_8).strip());
    }

    /** What {@code starling wallet} says to these words, asked for the lines of {@code typed}. */
    Answer wallet(List<String> typed, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(
                List.of("-datadir=" + folder, chain, "-rpcport=" + rpcPort, "-rpcwait", "-rpcwaittimeout=60"));
        all.addAll(List.of(words));
        Iterator<String> lines = typed.iterator();
        Prompt prompt = new Prompt() {
            @Override
            public String line(String question) {
                return lines.hasNext() ? lines.next() : "";
            }

            @Override
            public String secret(String question) {
                return line(question);
            }

            @Override
            public boolean isInteractive() {
                return false;
            }
        };
        int status = new WalletCommand(new PrintStream(out), new PrintStream(err), prompt).run(all);
        return new Answer(
                status,
                out.toString(StandardCharsets.UTF_8).strip(),
                err.toString(StandardCharsets.UTF_8).strip());
    }

    String standardError() throws IOException {
        return Files.readString(folder.resolve("stderr")).strip();
    }

    /** Looks again and again, for half a minute at most, until that is so. */
    static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("half a minute is over").isLessThan(end);
            Thread.sleep(50);
        }
    }

    /** The exit status of a process that is about to end. */
    static int endOf(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        return process.exitValue();
    }

    /** Ends what still runs at once, as {@code kill -9} does. */
    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
