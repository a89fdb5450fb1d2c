package org.starling.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;

/** Test vector 1 of BIP-0032. */
class ExtendedKeyTest {
    private static final AddressPrefixes MAIN = ChainParams.main().prefixes();

    private final ExtendedKey master = ExtendedKey.ofSeed(Bytes.fromHex("000102030405060708090a0b0c0d0e0f"))
            .orElseThrow();

    @Test
    void master() {
        assertThat(master.encode(MAIN))
                .isEqualTo(
                        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi");
        assertThat(master.neuter().encode(MAIN))
                .isEqualTo(
                        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8");
    }

    @Test
    void children() {
        ExtendedKey hardened = master.child(ExtendedKey.HARDENED);
        assertThat(hardened.neuter().encode(MAIN))
                .isEqualTo(
                        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw");
        String grandchild =
                "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ";
        assertThat(hardened.child(1).neuter().encode(MAIN)).isEqualTo(grandchild);
        assertThat(hardened.neuter().child(1).encode(MAIN)).isEqualTo(grandchild);
        assertThat(hardened.neuter().child(ExtendedKey.HARDENED)).isNull();
    }

    @Test
    void textsThatAreNoKeys() {
        String good = master.encode(MAIN);
        assertThat(ExtendedKey.decode(good, MAIN)).hasValue(master);
        assertThat(ExtendedKey.decode(good, ChainParams.regtest().prefixes())).isEmpty();
        assertThat(ExtendedKey.decode(good.substring(1), MAIN)).isEmpty();
        assertThat(ExtendedKey.decode("", MAIN)).isEmpty();
    }
}
