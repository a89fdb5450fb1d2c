package org.starling.api.page;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.seed.Mnemonic;
import org.starling.world.StorageException;

/** A wallet that is being made of words that were written down: it looks for its coins in the whole chain. */
final class Restoration {
    private static final Logger LOG = LoggerFactory.getLogger("wallet");

    private final Node node;
    private final Wallets wallets;
    private final String name;
    private final long birth;
    private final int begin;
    private volatile @Nullable Wallet made;
    private volatile String error = "";
    private volatile boolean done;

    /** @param birth no coin of it is older, in seconds since 1970 */
    Restoration(Node node, Wallets wallets, String name, long birth) {
        this.node = node;
        this.wallets = wallets;
        this.name = name;
        this.birth = birth;
        this.begin = wallets.heightFor(birth);
    }

    /**
     * Begins, and returns at once.
     *
     * @param further the person's own word of BIP-0039; empty for none
     * @param passphrase is wiped in the end
     * @param whenDone told of the wallet once it is there
     */
    void begin(Mnemonic words, String further, byte[] passphrase, Consumer<Wallet> whenDone) {
        Thread.ofVirtual().name("restore").start(() -> {
            try {
                Wallet wallet = wallets.create(name, EnumSet.noneOf(WalletFlag.class), birth, fresh -> {
                    fresh.secrets().adopt(words, further, passphrase, birth);
                    made = fresh;
                });
                whenDone.accept(wallet);
            } catch (WalletException | StorageException e) {
                LOG.warn("[{}] not restored: {}", name, e.getMessage());
                error = String.valueOf(e.getMessage());
            } finally {
                Arrays.fill(passphrase, (byte) 0);
                done = true;
            }
        });
    }

    boolean isUnderWay() {
        return !done;
    }

    /** As the page shows it; null once there is nothing to say any more. */
    WalletState.@Nullable Restoring shown() {
        if (done && error.isEmpty()) {
            return null;
        }
        Wallet wallet = made;
        int tip = node.headers().tip().height();
        double progress = wallet == null ? 0 : (wallet.height() - begin) / (double) Math.max(1, tip - begin);
        return new WalletState.Restoring(name, Math.clamp(progress, 0.0, 1.0), error);
    }
}
