package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class FsChaCha20Test {
    private static final Bytes KEY = Bytes.fromHex("42".repeat(32));

    // RFC 8439, 2.3.2: the block with counter 1.
    @Test
    void theBlockFunctionIsThatOfRfc8439() {
        byte[] key = new byte[32];
        for (int i = 0; i < 32; i++) {
            key[i] = (byte) i;
        }
        byte[] block = new byte[64];
        ChaCha20.keyStream(key, 1, 0x09000000, 0x4a000000L, block);
        assertThat(Bytes.wrap(block).hex())
                .isEqualTo("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
                        + "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
    }

    @Test
    void chunksUseUpOneStreamAndItsEndIsTheNextKey() {
        byte[] stream = new byte[704];
        ChaCha20.keyStream(KEY.toArray(), 0, 0, 0, stream);
        FsChaCha20 cipher = new FsChaCha20(KEY, 3);
        for (int i = 0; i < 224; i++) {
            byte[] chunk = new byte[3];
            cipher.crypt(chunk, 0);
            assertThat(chunk).isEqualTo(Arrays.copyOfRange(stream, 3 * i, 3 * i + 3));
        }
        byte[] next = new byte[64];
        ChaCha20.keyStream(Arrays.copyOfRange(stream, 672, 704), 0, 0, 1, next);
        byte[] chunk = new byte[3];
        cipher.crypt(chunk, 0);
        assertThat(chunk).isEqualTo(Arrays.copyOf(next, 3));
    }

    @Test
    void packetsOpenWithTheOtherSidesCipherAcrossRekeying() {
        FsChaCha20Poly1305 sender = new FsChaCha20Poly1305(KEY);
        FsChaCha20Poly1305 receiver = new FsChaCha20Poly1305(KEY);
        Bytes associated = Bytes.fromHex("c0ffee");
        for (int i = 0; i < 3 * FsChaCha20.REKEY_INTERVAL; i++) {
            byte[] plain = ("packet " + i).repeat(i).getBytes(StandardCharsets.US_ASCII);
            byte[] packet = Arrays.copyOf(plain, plain.length + FsChaCha20Poly1305.TAG_BYTES);
            sender.encrypt(packet, 0, plain.length, associated);
            assertThat(receiver.decrypt(packet, 0, packet.length, associated)).isTrue();
            assertThat(Arrays.copyOf(packet, plain.length)).isEqualTo(plain);
        }
    }

    @Test
    void aChangedBitDoesNotOpen() {
        for (int bit = 0; bit < 8 * 18; bit++) {
            byte[] packet = new byte[18];
            new FsChaCha20Poly1305(KEY).encrypt(packet, 0, 2, Bytes.EMPTY);
            packet[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(new FsChaCha20Poly1305(KEY).decrypt(packet, 0, 18, Bytes.EMPTY))
                    .isFalse();
        }
    }

    @Test
    void whatIsAssociatedMustBeTheSame() {
        byte[] packet = new byte[18];
        new FsChaCha20Poly1305(KEY).encrypt(packet, 0, 2, Bytes.fromHex("01"));
        assertThat(new FsChaCha20Poly1305(KEY).decrypt(packet, 0, 18, Bytes.fromHex("02")))
                .isFalse();
    }
}
