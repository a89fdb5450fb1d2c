package org.starling.app;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.chain.BlockEntry;
import org.starling.chain.ChainListener;
import org.starling.node.Node;

/** Runs the commands that an operator wants to be run when something happens, each in a shell of its own. */
final class Notifier {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    /** How long the node waits for the commands that are to run when it stops. */
    private static final long SHUTDOWN_WAIT_SECONDS = 60;

    private final Settings settings;

    Notifier(Settings settings) {
        this.settings = settings;
    }

    void started() {
        settings.list("startupnotify").forEach(command -> {
            Process _ = run(command);
        });
    }

    /** Runs what is to run when the node stops, and waits for its end. */
    void stopping() {
        List<Process> commands = settings.list("shutdownnotify").stream()
                .map(Notifier::run)
                .filter(process -> process != null)
                .toList();
        for (Process command : commands) {
            try {
                boolean _ = command.waitFor(SHUTDOWN_WAIT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs {@code -blocknotify} for each new tip, once the node has caught up with the network. */
    void watch(Node node) {
        List<String> commands = settings.list("blocknotify");
        if (commands.isEmpty()) {
            return;
        }
        node.validation(() -> {
            node.chain().addListener(new ChainListener() {
                @Override
                public void chainChanged(BlockEntry tip, BlockEntry fork) {
                    if (!node.isInitialBlockDownload()) {
                        commands.forEach(command -> {
                            Process _ = run(command.replace("%s", tip.hash().toString()));
                        });
                    }
                }
            });
            return true;
        });
    }

    private static @org.jspecify.annotations.Nullable Process run(String command) {
        try {
            return new ProcessBuilder("sh", "-c", command)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.warn("{} cannot be run: {}", command, e.getMessage());
            return null;
        }
    }
}
