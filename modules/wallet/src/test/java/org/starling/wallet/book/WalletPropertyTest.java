package org.starling.wallet.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.consensus.Block;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.RemovalReason;
import org.starling.wallet.OutputType;
import org.starling.wallet.seed.Mnemonic;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.FeeBump;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;
import org.starling.wallet.spend.Spender;
import org.starling.world.KeyValueStore;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.SeededRandomness;

/**
 * No sequence of operations loses, doubles or leaks a coin: after each step of a random story, with reorganisations,
 * replacements, conflicts and crashes in it, each wallet knows just the coins that the world knows of its keys.
 */
class WalletPropertyTest {
    private static final Bytes STRANGER = Bytes.fromHex("0014" + "77".repeat(20));
    private static final int STEPS = 150;

    private final Map<Wallet, KeyValueStore> stores = new HashMap<>();
    private final List<Wallet> wallets = new ArrayList<>();
    private final List<Transaction> dropped = new ArrayList<>();
    private WalletWorld world = new WalletWorld(0);
    private SeededRandomness random = new SeededRandomness(0);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyCoinIsAccountedFor(long seed) throws Exception {
        world = new WalletWorld(seed);
        random = new SeededRandomness(seed);
        MemoryDisk disk = new MemoryDisk(new SeededRandomness(seed));
        // The last has the keys of the first: a backup that somebody uses at the same time.
        for (int i = 0; i < 3; i++) {
            KeyValueStore store = new MemoryKeyValueStore(disk);
            Wallet wallet = Wallet.create(setting(i), store, EnumSet.noneOf(WalletFlag.class), world.now());
            wallet.secrets().adopt(Mnemonic.of(Bytes.fromHex(("0" + (i % 2 + 1)).repeat(16))), "", world.now());
            wallets.add(wallet);
            stores.put(wallet, store);
            world.add(wallet);
        }
        int refused = 0;
        for (int step = 0; step < STEPS; step++) {
            try {
                act(step);
            } catch (WalletException e) {
                assertThat(e.kind())
                        .as("step %d: %s", step, e.getMessage())
                        .isIn(
                                WalletException.Kind.INSUFFICIENT_FUNDS,
                                WalletException.Kind.GENERAL,
                                WalletException.Kind.INVALID_ARGUMENT,
                                WalletException.Kind.INVALID_KEY);
                refused++;
            }
            for (Wallet wallet : wallets) {
                compare(step, wallet);
            }
        }
        assertThat(refused).as("most of the story happened").isLessThan(STEPS / 2);
    }

    private static Wallet.Setting setting(int number) {
        WalletOptions usual = WalletOptions.DEFAULT;
        WalletOptions small = new WalletOptions(
                10,
                usual.addressType(),
                null,
                usual.fallbackFee(),
                usual.minFee(),
                usual.discardFee(),
                usual.consolidateFee(),
                usual.payFee(),
                usual.maxFee(),
                usual.confirmTarget(),
                true,
                true,
                false,
                0,
                true,
                true);
        return new Wallet.Setting("w" + number, WalletWorld.CHAIN, small, new SeededRandomness(number));
    }

    private void act(int step) {
        Wallet wallet = wallets.get(random.below(wallets.size()));
        Wallet other = wallets.get(random.below(wallets.size()));
        int dice = random.below(100);
        if (dice < 15) {
            world.gift(wallet.newAddress(type(), ""), 10_000 + random.below(1_000_000));
        } else if (dice < 40) {
            Bytes to = random.below(3) == 0 ? STRANGER : other.newAddress(type(), "");
            pay(wallet, to, 1_000 + random.below(300_000));
        } else if (dice < 60) {
            world.mine(random.below(2) == 0 ? STRANGER : wallet.newAddress(type(), ""));
        } else if (dice < 68) {
            bump(wallet);
        } else if (dice < 76 && world.height() > 3) {
            for (int i = random.below(3); i >= 0; i--) {
                world.unmine();
            }
            world.mine(STRANGER);
        } else if (dice < 84) {
            drop();
        } else if (dice < 88) {
            mineOneThatWasDropped();
        } else if (dice < 93) {
            abandonOne(wallet);
        } else if (dice < 97) {
            reopen(wallet);
        } else {
            world.estimate(new Feerate(1_000 + random.below(50_000)));
        }
    }

    private OutputType type() {
        return OutputType.values()[random.below(4)];
    }

    private void pay(Wallet wallet, Bytes to, long amount) {
        boolean paysFee = random.below(4) == 0;
        Draft draft = new Spender(wallet, world, random.child("pay" + world.height() + amount))
                .draft(Payment.to(List.of(new Recipient(to, amount, paysFee))), world.height(), true);
        checkFee(draft, paysFee ? amount : Long.MAX_VALUE);
        wallet.commit(draft.transaction(), Map.of(), world.now());
        world.send(draft.transaction());
    }

    private static void checkFee(Draft draft, long most) {
        long in = draft.prevouts().stream().mapToLong(TxOut::value).sum();
        long out =
                draft.transaction().outputs().stream().mapToLong(TxOut::value).sum();
        assertThat(draft.fee()).isEqualTo(in - out).isPositive().isLessThanOrEqualTo(most);
        assertThat(draft.feerate().fee(draft.transaction().virtualSize()))
                .as("pays at least what was aimed at")
                .isLessThanOrEqualTo(draft.fee() + 2);
    }

    private void bump(Wallet wallet) {
        for (WalletTx tx : wallet.transactions().reversed()) {
            if (tx.state() instanceof TxState.InMempool && wallet.debit(tx.transaction()) > 0) {
                FeeBump.Wish wish = new FeeBump.Wish(null, null, false, null, List.of(), java.util.OptionalInt.empty());
                Map<OutPoint, TxOut> coins = new HashMap<>();
                for (TxIn input : tx.transaction().inputs()) {
                    coins.put(input.previous(), Objects.requireNonNull(wallet.output(input.previous())));
                }
                Draft draft = new FeeBump(wallet, world, Feerate.ZERO, random.child("bump" + world.height()))
                        .draft(tx.txid(), wish, coins, world.height(), true)
                        .draft();
                wallet.commit(
                        draft.transaction(),
                        Map.of(WalletTx.Note.REPLACES, tx.txid().toString()),
                        world.now());
                world.send(draft.transaction());
                return;
            }
        }
    }

    private void drop() {
        List<Transaction> all = world.mempool();
        if (!all.isEmpty()) {
            Transaction forgotten = all.get(random.below(all.size()));
            dropped.add(forgotten);
            world.leave(forgotten, RemovalReason.EXPIRY);
        }
    }

    // Somebody kept it, and gave it to a miner.
    private void mineOneThatWasDropped() {
        for (Transaction transaction : dropped.reversed()) {
            if (world.canConfirm(transaction)) {
                Block _ = world.mine(STRANGER, transaction);
                return;
            }
        }
    }

    private void abandonOne(Wallet wallet) {
        for (WalletTx tx : wallet.transactions()) {
            if (tx.state() instanceof TxState.Inactive(boolean abandoned) && !abandoned) {
                wallet.abandon(tx.txid());
                return;
            }
        }
    }

    // As after a crash: what was not stored is gone.
    private void reopen(Wallet wallet) {
        KeyValueStore store = stores.remove(wallet);
        world.remove(wallet);
        wallets.remove(wallet);
        Wallet again = Wallet.open(
                new Wallet.Setting(
                        wallet.name(), wallet.chain(), wallet.options(), new SeededRandomness(world.height())),
                store);
        wallets.add(again);
        stores.put(again, store);
        world.add(again);
    }

    private void compare(int step, Wallet wallet) {
        Map<OutPoint, Long> truth = new HashMap<>();
        world.coins().forEach((outPoint, output) -> {
            if (wallet.isMine(output.scriptPubKey())) {
                truth.put(outPoint, output.value());
            }
        });
        // What a payment of the wallet spends that waits outside the mempool is not spent twice.
        Set<OutPoint> reserved = new HashSet<>();
        for (WalletTx tx : wallet.transactions()) {
            boolean waits = tx.state() instanceof TxState.Inactive(boolean abandoned)
                    && !abandoned
                    && wallet.mempoolConflicts(tx.txid()).isEmpty();
            if (waits) {
                tx.transaction().inputs().forEach(input -> reserved.add(input.previous()));
            }
        }
        truth.keySet().removeAll(reserved);
        Map<OutPoint, Long> known = new HashMap<>();
        wallet.coinsWithImmature().forEach(coin -> known.put(coin.outPoint(), coin.value()));

        assertThat(known).as("step %d, wallet %s", step, wallet.name()).isEqualTo(truth);
        Balance balance = wallet.balance(0);
        assertThat(balance.trusted() + balance.pending() + balance.immature())
                .isEqualTo(truth.values().stream().mapToLong(value -> value).sum());
    }
}
