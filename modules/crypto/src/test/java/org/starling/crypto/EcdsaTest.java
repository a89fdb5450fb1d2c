package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class EcdsaTest {
    private static final Bytes SECRET =
            Bytes.fromHex("12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747");
    private static final Bytes KEY = SecretKeys.publicKey(SECRET);
    private static final Hash256 HASH =
            Sha256.twice(Bytes.wrap("Very deterministic message".getBytes(StandardCharsets.UTF_8)));

    @Test
    void signsAsCoreDoes() {
        assertThat(Ecdsa.sign(SECRET, HASH).hex())
                .isEqualTo("304402205dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d0220"
                        + "14ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6");
    }

    @Test
    void grindsForAnROf32Bytes() {
        for (int i = 0; i < 40; i++) {
            Hash256 hash = Sha256.once(Bytes.copyOf((byte) i));
            Bytes signature = Ecdsa.sign(SECRET, hash);
            assertThat(signature.length()).isLessThanOrEqualTo(70);
            assertThat(Ecdsa.verify(KEY, signature, hash)).isTrue();
            assertThat(Ecdsa.isLowS(signature)).isTrue();
            assertThat(Ecdsa.verify(KEY, signature, HASH)).isFalse();
        }
    }

    @Test
    void verifiesWithEveryFormOfTheKey() {
        Bytes signature = Ecdsa.sign(SECRET, HASH);
        byte[] full = SecretKeys.publicKey(SECRET, false).toArray();
        assertThat(Ecdsa.verify(Bytes.copyOf(full), signature, HASH)).isTrue();
        full[0] = (byte) (6 | full[64] & 1);
        assertThat(Ecdsa.verify(Bytes.copyOf(full), signature, HASH)).isTrue();
        full[0] ^= 1;
        assertThat(Ecdsa.verify(Bytes.copyOf(full), signature, HASH)).isFalse();
    }

    /** The chain before BIP-0066 holds such signatures. */
    @Test
    void readsDerLeniently() {
        String r = "5dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d";
        String s = "14ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6";
        String negatedS = "eb2225deb6b5b1dde0f7db0f4746db3a7b0aa0dbd9cad3611eb2dce612f0be4b";
        for (String lenient : new String[] {
            "3000" + "0220" + r + "0220" + s, // wrong length of the whole
            "3081ff" + "0220" + r + "0220" + s + "ffff", // long form, bytes left over
            "3044" + "028120" + r + "0220" + s, // long form in an integer
            "3044" + "028400000020" + r + "0220" + s, // padded length
            "3044" + "0225" + "0000000000" + r + "0220" + s, // padded integer
            "3044" + "0220" + r + "0220" + negatedS, // high S without its sign byte
        }) {
            assertThat(Ecdsa.verify(KEY, Bytes.fromHex(lenient), HASH))
                    .as(lenient)
                    .isTrue();
        }
        for (String broken : new String[] {
            "",
            "30",
            "3044",
            "3144" + "0220" + r + "0220" + s,
            "3044" + "0220" + r + "0221" + s,
            "30440220" + r,
            "3044" + "028401000020" + r + "0220" + s,
            "30ff" + "0220" + r + "0220" + s,
            "3044" + "0221ff" + r + "0220" + s
        }) {
            assertThat(Ecdsa.verify(KEY, Bytes.fromHex(broken), HASH))
                    .as(broken)
                    .isFalse();
        }
    }

    @Test
    void tellsHighSFromLow() {
        String r = "30440220" + "01".repeat(32);
        String half = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20";
        assertThat(Ecdsa.isLowS(Bytes.fromHex(r + "0220" + half + "a0"))).isTrue();
        assertThat(Ecdsa.isLowS(Bytes.fromHex(r + "0220" + half + "a1"))).isFalse();
        assertThat(Ecdsa.isLowS(Bytes.fromHex(r + "0220" + "ff".repeat(32)))).isTrue();
    }

    @Test
    void anyBytesAreAnAnswerAndNeverAnException() {
        Random random = new Random(7);
        byte[] signature = Ecdsa.sign(SECRET, HASH).toArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = signature.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                mutated[random.nextInt(8)] = (byte) random.nextInt();
            }
            Bytes cut = Bytes.wrap(mutated, 0, random.nextInt(mutated.length + 1));
            LaxDer.toCompact(cut);
            Ecdsa.isLowS(cut);
        }
        byte[] key = new byte[65];
        for (int i = 0; i < 1000; i++) {
            random.nextBytes(key);
            key[0] = (byte) random.nextInt(9);
            Bytes candidate = Bytes.wrap(key.clone(), 0, random.nextBoolean() ? 33 : random.nextInt(66));
            Ecdsa.verify(candidate, Bytes.wrap(signature), HASH);
        }
    }

    @Test
    void blindingChangesNoSignature() {
        Bytes before = Ecdsa.sign(SECRET, HASH);
        Secp256k1.randomize(Secp256k1.signingContext(), Bytes.fromHex("5a".repeat(32)));
        assertThat(Ecdsa.sign(SECRET, HASH)).isEqualTo(before);
    }

    @Test
    void refusesASecretThatIsNone() {
        Bytes order = Bytes.fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        for (Bytes wrong : new Bytes[] {Bytes.EMPTY, Bytes.fromHex("00".repeat(32)), order}) {
            assertThat(SecretKeys.isValid(wrong)).isFalse();
            assertThatThrownBy(() -> Ecdsa.sign(wrong, HASH)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> SecretKeys.publicKey(wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Schnorr.sign(wrong, HASH, SECRET)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
