package org.starling.wallet.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.wallet.ExtendedKey;

class MnemonicTest {
    /** Vectors that BIP-0039 links to; their passphrase is TREZOR. */
    @ParameterizedTest
    @CsvSource({
        "00000000000000000000000000000000,"
                + "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about,"
                + "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
        "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f,"
                + "legal winner thank year wave sausage worth useful legal winner thank yellow,"
                + "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607",
        "ffffffffffffffffffffffffffffffff,zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong,"
                + "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a589620c6f15b11c61dee327651a14c34e18231052e48c069",
        "808080808080808080808080808080808080808080808080,"
                + "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid"
                + " letter always,"
                + "107d7c02a5aa6f38c58083ff74f04c607c2d2c0ecc55501dadd72d025b751bc27fe913ffb796f841c49b1d33b610cf0e91d3aa239027f5e99fe4ce9e5088cd65",
        "0000000000000000000000000000000000000000000000000000000000000000,"
                + "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon"
                + " abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art,"
                + "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
    })
    void agreesWithTheStandard(String entropy, String words, String seed) throws Exception {
        assertThat(Mnemonic.of(Bytes.fromHex(entropy)).sentence()).isEqualTo(words);
        assertThat(Mnemonic.parse(words).entropy().hex()).isEqualTo(entropy);
        assertThat(Mnemonic.parse(words).seed("TREZOR").hex()).isEqualTo(seed);
    }

    /** What every wallet makes of these words without a passphrase: the account 0 of BIP-0086's own example. */
    @Test
    void leadsToTheKeysOfTheTaprootExample() throws Exception {
        Mnemonic words = Mnemonic.parse("  Abandon abandon abandon abandon abandon abandon\n"
                + "abandon abandon abandon abandon abandon ABOUT ");
        ExtendedKey master = ExtendedKey.ofSeed(words.seed("")).orElseThrow();

        assertThat(master.fingerprint().hex()).isEqualTo("73c5da0a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "abandon abandon abandon|here are 3",
                "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandn"
                        + "|Word 12, \"abandn\", is not in the list of BIP-0039; \"abandon\" is.",
                "abandon abandon abandon abandon abandon xyzxyzxyz abandon abandon abandon abandon abandon about"
                        + "|Word 6, \"xyzxyzxyz\", is not in the list of BIP-0039.",
                "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about abandon"
                        + "|fail the check",
            })
    void saysWhatIsWrongWithWords(String words, String complaint) {
        assertThatThrownBy(() -> Mnemonic.parse(words))
                .isInstanceOf(Mnemonic.InvalidWordsException.class)
                .hasMessageContaining(complaint);
    }
}
