package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class RecoverableEcdsaTest {
    private static final Bytes SECRET =
            Bytes.fromHex("0000000000000000000000000000000000000000000000000000000000000003");
    private static final Hash256 HASH = Sha256.once(Bytes.copyOf((byte) 1));

    @Test
    void theSignatureTellsTheKeyInTheFormInWhichItIsUsed() {
        Bytes compressed = RecoverableEcdsa.sign(SECRET, HASH, true);
        Bytes uncompressed = RecoverableEcdsa.sign(SECRET, HASH, false);

        assertThat(compressed.length()).isEqualTo(65);
        assertThat(compressed.unsigned(0)).isBetween(31, 34);
        assertThat(uncompressed.unsigned(0)).isEqualTo(compressed.unsigned(0) - 4);
        assertThat(RecoverableEcdsa.recover(compressed, HASH)).isEqualTo(SecretKeys.publicKey(SECRET, true));
        assertThat(RecoverableEcdsa.recover(uncompressed, HASH)).isEqualTo(SecretKeys.publicKey(SECRET, false));
    }

    @Test
    void ofAnotherHashItTellsAnotherKey() {
        Bytes signature = RecoverableEcdsa.sign(SECRET, HASH, true);

        assertThat(RecoverableEcdsa.recover(signature, Sha256.once(Bytes.EMPTY)))
                .isNotEqualTo(SecretKeys.publicKey(SECRET, true));
    }

    @Test
    void whatIsNoSignatureTellsNoKey() {
        Bytes signature = RecoverableEcdsa.sign(SECRET, HASH, true);

        assertThat(RecoverableEcdsa.recover(signature.slice(0, 64), HASH)).isNull();
        assertThat(RecoverableEcdsa.recover(Bytes.concat(Bytes.copyOf((byte) 26), signature.from(1)), HASH))
                .isNull();
        assertThat(RecoverableEcdsa.recover(Bytes.concat(Bytes.copyOf((byte) 35), signature.from(1)), HASH))
                .isNull();
        assertThat(RecoverableEcdsa.recover(Bytes.concat(Bytes.copyOf((byte) 31), Bytes.wrap(new byte[64])), HASH))
                .isNull();
    }
}
