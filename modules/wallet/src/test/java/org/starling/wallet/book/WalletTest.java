package org.starling.wallet.book;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.Transaction;
import org.starling.mempool.RemovalReason;
import org.starling.wallet.OutputType;
import org.starling.wallet.seed.Mnemonic;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;
import org.starling.wallet.spend.Spender;
import org.starling.world.KeyValueStore;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.SeededRandomness;

class WalletTest {
    private static final String WORDS =
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private static final Bytes STRANGER = Bytes.fromHex("0014" + "77".repeat(20));

    private final MemoryDisk disk = new MemoryDisk(new SeededRandomness(1));
    private final WalletWorld world = new WalletWorld(1);

    private Wallet wallet(String words) throws Exception {
        return wallet(words, new MemoryKeyValueStore(disk));
    }

    private Wallet wallet(String words, KeyValueStore store) throws Exception {
        Wallet wallet = Wallet.create(setting(), store, EnumSet.noneOf(WalletFlag.class), world.now());
        wallet.secrets().adopt(Mnemonic.parse(words), "", world.now());
        world.add(wallet);
        return wallet;
    }

    private static Wallet.Setting setting() {
        return setting(0);
    }

    private static Wallet.Setting setting(long maxWholeAddressFee) {
        WalletOptions usual = WalletOptions.DEFAULT;
        WalletOptions small = new WalletOptions(
                20,
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
                maxWholeAddressFee,
                true,
                true);
        return new Wallet.Setting("test", WalletWorld.CHAIN, small, new SeededRandomness(7));
    }

    private Transaction pay(Wallet wallet, Bytes script, long amount) {
        Draft draft = new Spender(wallet, world, world.random().child("pay"))
                .draft(Payment.to(List.of(new Recipient(script, amount, false))), world.height(), true);
        wallet.commit(draft.transaction(), Map.of(), world.now());
        return draft.transaction();
    }

    /** Account 0 of BIP-0086 on a test chain for the words of the standard. */
    @Test
    void givesTheAddressesThatEveryWalletGivesForTheseWords() throws Exception {
        Wallet wallet = wallet(WORDS);

        assertThat(address(wallet.newAddress(OutputType.BECH32M, "")))
                .isEqualTo("bcrt1p8wpt9v4frpf3tkn0srd97pksgsxc5hs52lafxwru9kgeephvs7rqjeprhg");
        assertThat(address(wallet.newAddress(OutputType.BECH32, "")))
                .isEqualTo("bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk");
    }

    private static String address(Bytes script) {
        return Address.ofScript(script).orElseThrow().encode(WalletWorld.CHAIN.prefixes());
    }

    @Test
    void countsWhatOthersPayFromTheFirstConfirmationOn() throws Exception {
        Wallet wallet = wallet(WORDS);

        world.gift(wallet.newAddress(OutputType.BECH32M, "rent"), 70_000);
        assertThat(wallet.balance(0)).isEqualTo(new Balance(0, 70_000, 0, 0));

        world.mine(STRANGER);
        assertThat(wallet.balance(0)).isEqualTo(new Balance(70_000, 0, 0, 0));
    }

    @Test
    void takesInWhatABlockProvesAndForgetsItAgain() throws Exception {
        KeyValueStore store = new MemoryKeyValueStore(disk);
        Wallet wallet = wallet(WORDS, store);
        Bytes script = wallet.newAddress(OutputType.BECH32M, "");
        Transaction paid = WalletWorld.paying(script, 70_000);
        ChainPoint block = new ChainPoint(WalletWorld.CHAIN.genesis().hash(), 0, world.now(), world.now());

        assertThat(wallet.takeProved(WalletWorld.paying(STRANGER, 1), block, 3, world.now()))
                .isFalse();
        assertThat(wallet.takeProved(paid, block, 3, world.now())).isTrue();
        assertThat(wallet.balance(1).trusted()).isEqualTo(70_000);
        assertThat(wallet.count()).isEqualTo(1);

        assertThat(wallet.forget(paid.txid())).isTrue();
        assertThat(wallet.forget(paid.txid())).isFalse();
        assertThat(wallet.balance(0).trusted()).isZero();
        assertThat(Wallet.open(setting(), store).count()).as("on disk too").isZero();
    }

    @Test
    void newlyMinedCoinsRipenForAHundredBlocks() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.mine(wallet.newAddress(OutputType.BECH32M, ""));
        for (int i = 0; i < 99; i++) {
            world.mine(STRANGER);
        }
        assertThat(wallet.balance(0)).isEqualTo(new Balance(0, 0, 5_000_000_000L, 0));
        assertThat(wallet.coins()).isEmpty();

        world.mine(STRANGER);

        assertThat(wallet.balance(0)).isEqualTo(new Balance(5_000_000_000L, 0, 0, 0));
        assertThat(wallet.coins()).hasSize(1);
    }

    @Test
    void itsOwnChangeIsTrustedBeforeItConfirms() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 1_000_000);
        world.mine(STRANGER);

        Transaction payment = pay(wallet, STRANGER, 200_000);
        assertThat(wallet.balance(0).trusted()).as("not in the mempool yet").isZero();
        world.send(payment);

        long fee = 1_000_000
                - payment.outputs().stream().mapToLong(output -> output.value()).sum();
        assertThat(fee).isEqualTo(2L * payment.virtualSize());
        assertThat(wallet.balance(0).trusted()).isEqualTo(800_000 - fee);
    }

    @Test
    void whatIsTooLittleForDecentChangeIsStillEnoughToPay() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 500_000);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 500_000);
        world.mine(STRANGER);

        Transaction payment = pay(wallet, STRANGER, 980_000);

        assertThat(payment.inputs()).hasSize(2);
        assertThat(payment.outputs())
                .as("the payment, and change of what is left")
                .hasSize(2);
    }

    @Test
    void allCoinsOfAnAddressAreSpentTogetherIfThatCostsLittle() throws Exception {
        assertThat(inputsOfAPaymentFromAnAddressPaidTwice(0)).isEqualTo(1);
        assertThat(inputsOfAPaymentFromAnAddressPaidTwice(1_000)).isEqualTo(2);
        assertThat(inputsOfAPaymentFromAnAddressPaidTwice(10)).isEqualTo(1);
        assertThat(inputsOfAPaymentFromAnAddressPaidTwice(-1)).isEqualTo(1);
    }

    private int inputsOfAPaymentFromAnAddressPaidTwice(long maxMore) throws Exception {
        Wallet wallet = Wallet.create(
                setting(maxMore),
                new MemoryKeyValueStore(new MemoryDisk(new SeededRandomness(2))),
                EnumSet.noneOf(WalletFlag.class),
                world.now());
        wallet.secrets().adopt(Mnemonic.parse(WORDS), "", world.now());
        world.add(wallet);
        Bytes address = wallet.newAddress(OutputType.BECH32M, "");
        world.gift(address, 1_000_000);
        world.gift(address, 1_000_000);
        world.mine(STRANGER);
        int inputs = pay(wallet, STRANGER, 200_000).inputs().size();
        world.remove(wallet);
        return inputs;
    }

    @Test
    void aPaymentThatABlockContradictsGivesItsCoinsBack() throws Exception {
        Wallet wallet = wallet(WORDS);
        Wallet copy = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 1_000_000);
        world.mine(STRANGER);
        Transaction first = pay(wallet, STRANGER, 100_000);
        Transaction second = pay(copy, STRANGER, 300_000);
        world.send(first);
        Transaction child = pay(wallet, STRANGER, 50_000);
        world.send(child);

        world.mine(STRANGER, second);

        assertThat(wallet.depth(wallet.get(first.txid()))).isNegative();
        assertThat(wallet.depth(wallet.get(child.txid())))
                .as("what spends from it")
                .isNegative();
        assertThat(wallet.balance(0)).isEqualTo(copy.balance(0));

        world.unmine();

        assertThat(wallet.depth(wallet.get(first.txid())))
                .as("it may confirm again")
                .isZero();
    }

    @Test
    void aReorganisationTakesConfirmationsBack() throws Exception {
        Wallet wallet = wallet(WORDS);
        Transaction gift = world.gift(wallet.newAddress(OutputType.BECH32M, ""), 70_000);
        world.mine(STRANGER);
        world.mine(STRANGER);
        assertThat(wallet.depth(wallet.get(gift.txid()))).isEqualTo(2);

        world.unmine();
        world.unmine();
        assertThat(wallet.balance(0)).isEqualTo(new Balance(0, 70_000, 0, 0));

        world.mine(STRANGER);
        assertThat(wallet.balance(0)).isEqualTo(new Balance(70_000, 0, 0, 0));
    }

    @Test
    void whatSpendsARewardIsGivenUpWithIt() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 70_000);
        world.mine(STRANGER);
        world.mine(wallet.newAddress(OutputType.BECH32M, ""));
        for (int i = 0; i < 100; i++) {
            world.mine(STRANGER);
        }
        Transaction payment = pay(wallet, STRANGER, 5_000_000_000L);
        world.send(payment);

        for (int i = 0; i < 101; i++) {
            world.unmine();
        }

        assertThat(wallet.get(payment.txid()).isAbandoned()).isTrue();
        assertThat(wallet.balance(0)).as("the gift can be spent again").isEqualTo(new Balance(70_000, 0, 0, 0));
    }

    @Test
    void watchesBehindTheLastAddressThatWasPaid() throws Exception {
        Wallet wallet = wallet(WORDS);
        Wallet restored = wallet(WORDS);
        List<Bytes> scripts = new ArrayList<>();
        for (int i = 0; i < 35; i++) {
            scripts.add(wallet.newAddress(OutputType.BECH32M, ""));
        }
        world.gift(scripts.get(34), 5_000);
        assertThat(restored.balance(0).pending()).as("too far ahead").isZero();

        world.gift(scripts.get(18), 6_000);
        assertThat(restored.balance(0).pending()).isEqualTo(6_000);
        world.gift(scripts.get(34), 7_000);
        assertThat(restored.balance(0).pending()).as("within the gap now").isGreaterThanOrEqualTo(13_000);
        assertThat(restored.newAddress(OutputType.BECH32M, "")).isNotIn(scripts);
    }

    @Test
    void whatIsAbandonedMayBeSpentOtherwise() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 1_000_000);
        world.mine(STRANGER);
        Transaction payment = pay(wallet, STRANGER, 100_000);
        world.send(payment);
        assertThatThrownBy(() -> wallet.abandon(payment.txid())).hasMessageContaining("not eligible");

        world.leave(payment, RemovalReason.EXPIRY);
        assertThat(wallet.coins()).isEmpty();
        wallet.abandon(payment.txid());

        assertThat(wallet.balance(0).trusted()).isEqualTo(1_000_000);
    }

    @Test
    void keepsEverythingOverARestart() throws Exception {
        KeyValueStore store = new MemoryKeyValueStore(disk);
        Wallet wallet = wallet(WORDS, store);
        Bytes script = wallet.newAddress(OutputType.BECH32, "rent");
        world.gift(script, 1_000_000);
        world.mine(STRANGER);
        Transaction payment = pay(wallet, STRANGER, 100_000);
        wallet.freeze(payment.outPoint(0), true);
        wallet.set(WalletFlag.AVOID_REUSE, true);

        Wallet again = Wallet.open(setting(), store);

        assertThat(again.transactions()).isEqualTo(wallet.transactions());
        assertThat(again.balance(0)).isEqualTo(wallet.balance(0));
        assertThat(again.place()).isEqualTo(wallet.place());
        assertThat(again.label(script)).isEqualTo(new Label("rent", true));
        assertThat(again.frozen()).containsExactly(payment.outPoint(0));
        assertThat(again.is(WalletFlag.AVOID_REUSE)).isTrue();
        assertThat(again.newAddress(OutputType.BECH32, "")).isNotEqualTo(script);
        assertThat(again.secrets().words().orElseThrow().sentence()).isEqualTo(WORDS);
    }

    @Test
    void aPassphraseProtectsTheKeysAndNothingElse() throws Exception {
        KeyValueStore store = new MemoryKeyValueStore(disk);
        Wallet wallet = wallet(WORDS, store);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 1_000_000);
        world.mine(STRANGER);
        wallet.secrets().encrypt("correct horse".getBytes(UTF_8));
        Bytes secret = Bytes.wrap("tprv".getBytes(UTF_8));
        store.scan(new byte[0], (key, value) -> {
            assertThat(Bytes.wrap(value).hex()).doesNotContain(secret.hex());
            return true;
        });

        Wallet locked = Wallet.open(setting(), store);
        world.add(locked);
        assertThat(locked.balance(0).trusted()).isEqualTo(1_000_000);
        assertThat(locked.newAddress(OutputType.BECH32M, "")).isNotNull();
        assertThatThrownBy(() -> pay(locked, STRANGER, 1_000)).hasMessageContaining("enter the wallet passphrase");
        assertThatThrownBy(() -> locked.secrets().words()).hasMessageContaining("enter the wallet passphrase");
        assertThatThrownBy(() -> locked.secrets().unlock("wrong".getBytes(UTF_8), Long.MAX_VALUE))
                .hasMessageContaining("passphrase entered was incorrect");

        locked.secrets().unlock("correct horse".getBytes(UTF_8), 5_000);
        assertThat(pay(locked, STRANGER, 1_000)).isNotNull();
        locked.secrets().tick(4_999);
        assertThat(locked.secrets().isLocked()).isFalse();
        locked.secrets().tick(5_000);
        assertThat(locked.secrets().isLocked()).isTrue();

        locked.secrets().changePassphrase("correct horse".getBytes(UTF_8), "battery".getBytes(UTF_8));
        assertThat(locked.secrets().isLocked()).isTrue();
        locked.secrets().unlock("battery".getBytes(UTF_8), Long.MAX_VALUE);
        assertThat(locked.secrets().words().orElseThrow().sentence()).isEqualTo(WORDS);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws Exception {
        KeyValueStore store = new MemoryKeyValueStore(disk);
        assertThatThrownBy(() -> Wallet.open(setting(), store)).hasMessageContaining("its making was interrupted");
        Wallet wallet = wallet(WORDS, store);
        Wallet.Setting elsewhere = new Wallet.Setting(
                "test", org.starling.consensus.ChainParams.main(), wallet.options(), new SeededRandomness(1));
        assertThatThrownBy(() -> Wallet.open(elsewhere, store)).hasMessageContaining("another network");

        byte[] key = {'t', 1, 2, 3};
        store.write(store.batch().put(key, new byte[] {1, 9}), KeyValueStore.Durability.SYNCED);
        assertThatThrownBy(() -> Wallet.open(setting(), store)).hasMessageContaining("damaged at a transaction");
    }

    @Test
    void neverSignsASecondSpendThatDoesNotKnowOfTheFirst() throws Exception {
        Wallet wallet = wallet(WORDS);
        world.gift(wallet.newAddress(OutputType.BECH32M, ""), 1_000_000);
        world.mine(STRANGER);
        Spender spender = new Spender(wallet, world, world.random());
        Draft one = spender.draft(Payment.to(List.of(new Recipient(STRANGER, 10_000, false))), 1, true);
        Draft other = spender.draft(Payment.to(List.of(new Recipient(STRANGER, 20_000, false))), 1, true);
        wallet.commit(one.transaction(), Map.of(), world.now());

        assertThatThrownBy(() -> wallet.commit(other.transaction(), Map.of(), world.now()))
                .hasMessageContaining("was spent by " + one.transaction().txid());
    }
}
