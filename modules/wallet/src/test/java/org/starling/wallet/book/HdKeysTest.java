package org.starling.wallet.book;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.wallet.Descriptor;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.OutputType;
import org.starling.wallet.seed.Mnemonic;
import org.starling.world.KeyValueStore;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.SeededRandomness;

class HdKeysTest {
    private static final String WORDS =
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private static final long NOW = 1_700_000_000;

    private final KeyValueStore store = new MemoryKeyValueStore(new MemoryDisk(new SeededRandomness(1)));
    private final Wallet.Setting setting =
            new Wallet.Setting("test", WalletWorld.CHAIN, WalletOptions.DEFAULT, new SeededRandomness(7));
    private final Wallet wallet = Wallet.create(setting, store, EnumSet.noneOf(WalletFlag.class), NOW);

    /** Of the seed of these words. */
    private static ExtendedKey master() throws Exception {
        return ExtendedKey.ofSeed(Mnemonic.parse(WORDS).seed("")).orElseThrow();
    }

    private void put(String text, OutputType activeFor) throws Exception {
        Descriptor secret =
                Descriptor.parse(text, WalletWorld.CHAIN.prefixes(), false).getFirst();
        wallet.put(
                new Keychain(secret.normalized(WalletWorld.CHAIN.prefixes()), NOW, 0, 1, 0, activeFor, false),
                secret.hasPrivateKeys() ? secret : null);
    }

    @Test
    void theMasterKeyIsKnownBehindHardenedStepsWhileTheWalletIsLocked() throws Exception {
        wallet.secrets().adopt(Mnemonic.parse(WORDS), "", NOW);
        byte[] passphrase = "open".getBytes(UTF_8);
        wallet.secrets().encrypt(passphrase);

        Wallet again = Wallet.open(setting, store);

        List<HdKeys.HdKey> keys = again.hdKeys().list(true);
        assertThat(keys).hasSize(1);
        assertThat(keys.getFirst().key()).isEqualTo(master().neuter());
        assertThat(keys.getFirst().hasPrivate()).isTrue();
        assertThat(keys.getFirst().keychains()).hasSize(8);
        assertThatThrownBy(() -> again.hdKeys().unlocked(master().neuter())).hasMessageContaining("passphrase");
        again.secrets().unlock(passphrase, Long.MAX_VALUE);
        assertThat(again.hdKeys().unlocked(master().neuter())).contains(master());
    }

    @Test
    void tellsApartWhoseSecretsItHas() throws Exception {
        String own = master().encode(WalletWorld.CHAIN.prefixes());
        ExtendedKey foreign =
                ExtendedKey.ofSeed(Bytes.fromHex("42".repeat(32))).orElseThrow().neuter();
        put("wsh(multi(2," + own + "/*," + foreign.encode(WalletWorld.CHAIN.prefixes()) + "/*))", null);

        assertThat(wallet.hdKeys().list(false))
                .extracting(HdKeys.HdKey::key, HdKeys.HdKey::hasPrivate)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(master().neuter(), true),
                        org.assertj.core.groups.Tuple.tuple(foreign, false));
        assertThat(wallet.hdKeys().list(true)).isEmpty();
        assertThat(wallet.hdKeys().unlocked(foreign)).isEmpty();
    }

    /** The first address of BIP-0086 for these words, in a wallet that was given another descriptor of their key. */
    @Test
    void makesTheDescriptorsOfAKindThatTheWalletLacks() throws Exception {
        put("pkh(" + master().encode(WalletWorld.CHAIN.prefixes()) + "/44h/1h/0h/0/*)", OutputType.LEGACY);
        assertThat(wallet.canGive(OutputType.BECH32M, false)).isFalse();

        wallet.hdKeys().create(OutputType.BECH32M, master(), List.of(false, true), NOW);

        assertThat(wallet.newAddress(OutputType.BECH32M, "").hex())
                .isEqualTo("51203b82b2b2a9185315da6f80da5f06d0440d8a5e1457fa93387c2d919c86ec8786");
        assertThat(wallet.canGive(OutputType.BECH32M, true)).isTrue();
        assertThatThrownBy(() -> wallet.hdKeys().create(OutputType.BECH32M, master(), List.of(true), NOW))
                .hasMessage("Descriptor already exists");
    }
}
