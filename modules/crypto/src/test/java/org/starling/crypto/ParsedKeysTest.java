package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class ParsedKeysTest {
    private static final Hash256 HASH = Sha256.once(Bytes.EMPTY);

    @Test
    void keysThatShareASlotAreToldApart() {
        Map<Integer, Bytes> bySlot = new HashMap<>();
        for (int i = 1; ; i++) {
            Bytes secret = Bytes.fromHex("%064x".formatted(i));
            Bytes key = SecretKeys.publicKey(secret);
            Bytes other = bySlot.put((key.unsigned(32) | key.unsigned(31) << 8) & ParsedKeys.SLOTS - 1, secret);
            if (other != null) {
                verifyInTurn(secret, other);
                return;
            }
        }
    }

    private static void verifyInTurn(Bytes one, Bytes other) {
        for (int i = 0; i < 4; i++) {
            Bytes secret = i % 2 == 0 ? one : other;
            Bytes wrong = i % 2 == 0 ? other : one;
            Bytes ecdsa = Ecdsa.sign(secret, HASH);
            assertThat(Ecdsa.verify(SecretKeys.publicKey(secret), ecdsa, HASH)).isTrue();
            assertThat(Ecdsa.verify(SecretKeys.publicKey(wrong), ecdsa, HASH)).isFalse();
            Bytes schnorr = Schnorr.sign(secret, HASH, HASH.toBytes());
            assertThat(Schnorr.verify(SecretKeys.publicKey(secret).from(1), schnorr, HASH))
                    .isTrue();
            assertThat(Schnorr.verify(SecretKeys.publicKey(wrong).from(1), schnorr, HASH))
                    .isFalse();
        }
    }

    @Test
    void whatIsNoKeyStaysNone() {
        Bytes none = Bytes.fromHex("02" + "00".repeat(31) + "05");
        for (int i = 0; i < 2; i++) {
            assertThat(ParsedKeys.of(none)).isNull();
            assertThat(ParsedKeys.ofXOnly(none.from(1))).isNull();
            assertThat(ParsedKeys.of(Bytes.fromHex("02"))).isNull();
            assertThat(ParsedKeys.of(Bytes.EMPTY)).isNull();
        }
    }

    @Test
    void aKeyOfTheOtherParityIsAnotherKey() {
        Bytes secret = Bytes.fromHex("0f".repeat(32));
        Bytes key = SecretKeys.publicKey(secret);
        Bytes signature = Ecdsa.sign(secret, HASH);
        byte[] flipped = key.toArray();
        flipped[0] ^= 1;
        assertThat(Ecdsa.verify(key, signature, HASH)).isTrue();
        assertThat(Ecdsa.verify(Bytes.wrap(flipped), signature, HASH)).isFalse();
    }
}
