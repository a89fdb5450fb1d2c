package org.starling.api.page;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Balance;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletFlag;
import org.starling.world.StorageException;

/** Takes down what the page shows of a node's wallets. */
final class WalletFacts {
    static final int ENTRIES = 25;
    private static final int ADDRESSES = 12;

    /** What others may have changed without telling, a label by RPC, is looked for so often. */
    private static final long STALE_NANOS = 5_000_000_000L;

    private final Node node;
    private final Wallets wallets;
    private final PageMemory memory;
    private final AtomicLong changes = new AtomicLong();
    private @Nullable Known known;
    private List<WalletState.Name> names = List.of();
    private long namesNanos;
    private long namesAt = -1;

    /** What was taken down of a wallet, and at what change and height. */
    private record Known(Wallet wallet, long change, int height, long nanos, Details details) {}

    private record Details(
            Balance balance, int count, List<WalletState.Entry> history, List<WalletState.Given> addresses) {}

    WalletFacts(Node node, Wallets wallets, PageMemory memory) {
        this.node = node;
        this.wallets = wallets;
        this.memory = memory;
        wallets.addListener((wallet, txids) -> touch());
    }

    /** Something changed that is to be seen at once. */
    void touch() {
        changes.incrementAndGet();
    }

    /** The wallet that is looked at; null if none is loaded. */
    @Nullable
    Wallet shown() {
        Wallet remembered = wallets.find(memory.shownWallet());
        List<Wallet> all = wallets.all();
        return remembered != null ? remembered : all.isEmpty() ? null : all.getFirst();
    }

    synchronized WalletState now(WalletState.@Nullable Restoring restoring) {
        Wallet wallet = shown();
        return new WalletState(money(), network(), names(), wallet == null ? null : shown(wallet), restoring);
    }

    String money() {
        return switch (node.params().type()) {
            case MAIN -> "real";
            case TEST, TESTNET4, SIGNET -> "test";
            case REGTEST -> "play";
        };
    }

    String network() {
        return switch (node.params().type()) {
            case MAIN -> "the Bitcoin network";
            case TEST -> "the test network testnet3";
            case TESTNET4 -> "the test network testnet4";
            case SIGNET -> "the test network signet";
            case REGTEST -> "a private test network (regtest)";
        };
    }

    private List<WalletState.Name> names() {
        long change = changes.get();
        if (namesAt != change || System.nanoTime() - namesNanos > STALE_NANOS) {
            TreeMap<String, Boolean> loaded = new TreeMap<>();
            try {
                wallets.shelf().names().forEach(name -> loaded.put(name, false));
            } catch (StorageException e) {
                // The folder is out of reach for the moment; those that are loaded can be named still.
                loaded.clear();
            }
            wallets.all().forEach(wallet -> loaded.put(wallet.name(), true));
            List<WalletState.Name> listed = new ArrayList<>();
            loaded.forEach((name, isLoaded) -> listed.add(new WalletState.Name(name, isLoaded)));
            names = listed;
            namesAt = change;
            namesNanos = System.nanoTime();
        }
        return names;
    }

    private WalletState.Shown shown(Wallet wallet) {
        Details details = details(wallet);
        Wallets.Rescan rescan = wallets.rescanOf(wallet);
        return new WalletState.Shown(
                wallet.name(),
                wallet.secrets().isEncrypted(),
                wallet.secrets().isLocked(),
                wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS),
                wallet.is(WalletFlag.SEED_WORDS),
                details.balance().trusted(),
                details.balance().pending(),
                details.balance().immature(),
                rescan == null ? -1 : rescan.progress(),
                details.count(),
                details.history(),
                details.addresses());
    }

    private Details details(Wallet wallet) {
        long change = changes.get();
        int height = wallet.height();
        Known last = known;
        boolean current = last != null
                && last.wallet() == wallet
                && last.change() == change
                && last.height() == height
                && System.nanoTime() - last.nanos() < STALE_NANOS;
        if (last != null && current) {
            return last.details();
        }
        WalletHistory history = new WalletHistory(wallet);
        Details details;
        synchronized (wallet) {
            details = new Details(
                    wallet.balance(0), wallet.count(), history.entries(0, ENTRIES), history.addresses(ADDRESSES));
        }
        known = new Known(wallet, change, height, System.nanoTime(), details);
        return details;
    }
}
