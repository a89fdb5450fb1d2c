package org.starling.app.demo;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.starling.api.page.PageServer;
import org.starling.api.page.PageState;
import org.starling.bytes.Bytes;
import org.starling.crypto.SecretKeys;
import org.starling.embed.Purse;
import org.starling.engine.NetAddress;
import org.starling.platform.SecureRandomness;
import org.starling.world.NetworkException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./starling demo}: eight nodes, their story in the terminal, and the mesh as a graph on a page. */
@Command(
        name = "demo",
        description = {
            "Eight full nodes on this machine find each other, mine, pay each other, lose three and heal.",
            "Every sentence with a mark is checked as it is told. The page shows the mesh until Ctrl-C."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final List<String> NAMES = List.of("Alba", "Brio", "Cora", "Dova", "Elio", "Faro", "Gala", "Hugo");

    @Option(names = "--once", description = "Tell the story, check every claim and exit: 0 if all held, else 1.")
    private boolean once;

    private final PrintStream out = System.out;
    private final List<DemoNode> nodes = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException, NetworkException {
        Path folder = Files.createTempDirectory("starling-demo");
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread cleaner = new Thread(
                () -> {
                    interrupted.countDown();
                    stopAll(folder);
                },
                "demo-end");
        Runtime.getRuntime().addShutdownHook(cleaner);
        Narrator narrator = new Narrator(out, isTerminal());
        hatch(folder);
        try (PageServer page = PageServer.start(0, () -> state(narrator), null)) {
            out.println("Starling's demo: a private Bitcoin network (regtest) of " + nodes.size()
                    + " full nodes in this process, over real sockets on 127.0.0.1.");
            out.println("Watch the mesh in a browser: " + page.address());
            List<String> failed = new Story(nodes, narrator).tell();
            out.println();
            if (failed.isEmpty()) {
                out.println("Every claim held.");
            } else {
                out.println("These claims did not hold:");
                failed.forEach(claim -> out.println("  " + claim));
            }
            if (!once) {
                out.println("The nodes run on. The page is at " + page.address() + " ; press Ctrl-C to end.");
                interrupted.await();
            }
            return failed.isEmpty() ? 0 : 1;
        } finally {
            if (interrupted.getCount() > 0) {
                Runtime.getRuntime().removeShutdownHook(cleaner);
                stopAll(folder);
            }
        }
    }

    @SuppressWarnings("SystemConsoleNull") // the JDK may still give null when it has no terminal at all
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private void hatch(Path folder) throws NetworkException {
        SecureRandomness random = new SecureRandomness();
        for (String name : NAMES) {
            List<NetAddress> told =
                    nodes.isEmpty() ? List.of() : List.of(nodes.getFirst().address());
            DemoNode node = new DemoNode(name, folder.resolve(name), purse(random), told, this::nameOf);
            nodes.add(node);
            if (nodes.size() == 1) {
                node.start(true); // its port is what the others are told
            }
        }
    }

    private static Purse purse(SecureRandomness random) {
        byte[] secret = new byte[SecretKeys.BYTES];
        byte[] auxiliary = new byte[SecretKeys.BYTES];
        do {
            random.fill(secret);
        } while (!SecretKeys.isValid(Bytes.copyOf(secret)));
        random.fill(auxiliary);
        return new Purse(Bytes.copyOf(secret), Bytes.copyOf(auxiliary));
    }

    private String nameOf(NetAddress address) {
        for (DemoNode node : nodes) {
            if (node.address().equals(address)) {
                return node.name();
            }
        }
        return "";
    }

    private PageState state(Narrator narrator) {
        List<PageState.Node> facts = new ArrayList<>();
        for (DemoNode node : nodes) {
            PageState.Node known = node.facts();
            if (known != null) {
                facts.add(known);
            }
        }
        return new PageState("Demo: " + nodes.size() + " nodes on one machine", facts, narrator.told());
    }

    private synchronized void stopAll(Path folder) {
        nodes.forEach(DemoNode::stop);
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            out.println("The demo's data in " + folder + " could not be removed: " + e.getMessage());
        }
    }
}
