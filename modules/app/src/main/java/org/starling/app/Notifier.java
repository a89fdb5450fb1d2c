package org.starling.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.ChainListener;
import org.starling.consensus.Transaction;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.RemovalReason;
import org.starling.node.Node;
import org.starling.node.Warnings;
import org.starling.node.wallet.Wallets;
import org.starling.platform.ThreadLane;
import org.starling.wallet.book.TxState;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;

/**
 * Runs the commands that an operator wants to be run when something happens, each in a shell of its own. They start in
 * order, on a thread of their own, and nobody waits for them.
 */
final class Notifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    private static final Pattern PLACEHOLDER = Pattern.compile("%[sbhw]");

    /** How long the node waits for the commands that are to run when it stops. */
    private static final long SHUTDOWN_WAIT_SECONDS = 60;

    private final Settings settings;
    private final ThreadLane lane = new ThreadLane(
            "notify", System::currentTimeMillis, failure -> LOG.error("No more commands are run", failure));

    Notifier(Settings settings) {
        this.settings = settings;
    }

    void started() {
        settings.list("startupnotify").forEach(command -> {
            Process _ = run(command);
        });
    }

    private void later(String command) {
        boolean _ = lane.execute(() -> {
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
                        commands.forEach(command ->
                                later(command.replace("%s", tip.hash().toString())));
                    }
                }
            });
            return true;
        });
    }

    /** Runs {@code -alertnotify} for each warning that comes up. */
    void watch(Warnings warnings) {
        String command = settings.text("alertnotify", "");
        if (!command.isEmpty()) {
            warnings.addListener(text -> later(command.replace("%s", quoted(text))));
        }
    }

    /** Runs {@code -walletnotify} for each payment of a wallet that comes up, confirms, or is ruled out by another. */
    void watch(Node node, Wallets wallets) {
        String command = settings.text("walletnotify", "");
        if (command.isEmpty()) {
            return;
        }
        wallets.addListener((wallet, txids) -> {
            for (Hash256 txid : txids) {
                WalletTx tx = wallet.get(txid);
                // What is nowhere yet, or was replaced, is no news: what became of it is.
                if (tx != null
                        && (tx.state() instanceof TxState.InMempool || tx.state() instanceof TxState.Confirmed)) {
                    later(filled(command, wallet.name(), tx));
                }
            }
        });
        node.validation(() -> {
            node.mempool().addListener(new MempoolListener() {
                @Override
                public void removed(Transaction transaction, RemovalReason reason, long sequence) {
                    if (reason == RemovalReason.CONFLICT) {
                        boolean _ = lane.execute(() -> ruledOut(command, wallets, transaction.txid()));
                    }
                }
            });
            return true;
        });
    }

    private void ruledOut(String command, Wallets wallets, Hash256 txid) {
        for (Wallet wallet : wallets.all()) {
            WalletTx tx = wallet.get(txid);
            if (tx != null) {
                Process _ = run(filled(command, wallet.name(), tx));
            }
        }
    }

    private static String filled(String command, String wallet, WalletTx tx) {
        Map<String, String> values = Map.of(
                "%s",
                tx.txid().toString(),
                "%b",
                tx.state() instanceof TxState.Confirmed at ? at.block().toString() : "unconfirmed",
                "%h",
                tx.state() instanceof TxState.Confirmed at ? Integer.toString(at.height()) : "-1",
                "%w",
                quoted(wallet));
        return PLACEHOLDER.matcher(command).replaceAll(found -> Matcher.quoteReplacement(values.get(found.group())));
    }

    /** One word for the shell, whatever is in it. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\"'\"'") + "'";
    }

    @Override
    public void close() {
        lane.close();
    }

    private static @Nullable Process run(String command) {
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
