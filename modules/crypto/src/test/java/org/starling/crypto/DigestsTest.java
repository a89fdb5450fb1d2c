package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class DigestsTest {
    private static Bytes ascii(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void sha256OfAbc() {
        assertThat(Sha256.once(ascii("abc")).toBytes().hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Sha256.twice(ascii("hello")).toBytes().hex())
                .isEqualTo("9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
    }

    @Test
    void ripemd160AndSha1OfAbc() {
        assertThat(Ripemd160.hash(ascii("abc")).hex()).isEqualTo("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
        assertThat(Sha1.hash(ascii("abc")).hex()).isEqualTo("a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    @Test
    void hash160OfTheGeneratorIsItsKeyHash() {
        Bytes generator = Bytes.fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        assertThat(Hash160.hash(generator).hex()).isEqualTo("751e76e8199196d454941c45d1b3a323f1433bd6");
    }

    @Test
    void hmacSha512OfRfc4231Case2() {
        assertThat(HmacSha512.hash(ascii("Jefe"), ascii("what do ya want "), ascii("for nothing?"))
                        .hex())
                .isEqualTo("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
    }

    @Test
    void sipHashOfTheAuthorsVectors() {
        SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        byte[] message = new byte[36];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) i;
        }
        assertThat(hash.hash(Bytes.EMPTY)).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(hash.hash(Bytes.wrap(message, 0, 15))).isEqualTo(0xa129ca6149be45e5L);
        Hash256 first = Hash256.read(message, 0);
        assertThat(hash.hash(first)).isEqualTo(hash.hash(Bytes.wrap(message, 0, 32)));
        assertThat(hash.hash(first, 0x23222120)).isEqualTo(hash.hash(Bytes.wrap(message)));
    }
}
