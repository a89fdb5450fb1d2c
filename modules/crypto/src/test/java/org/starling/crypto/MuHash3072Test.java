package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class MuHash3072Test {
    private static Bytes element(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) number;
        return Bytes.wrap(bytes);
    }

    @Test
    void isCoresHashOfTheSameSet() {
        assertThat(new MuHash3072()
                        .add(element(0))
                        .add(element(1))
                        .remove(element(2))
                        .hash())
                .isEqualTo(Hash256.fromHex("10d312b100cbd32ada024a6646e40d3482fcff103668d2625f10002a607d5863"));
    }

    @Test
    void writesItsStateAsCoreDoes() throws Exception {
        MuHash3072 hash = new MuHash3072().add(element(1)).add(element(2));
        ByteWriter writer = new ByteWriter();
        hash.write(writer);
        assertThat(writer.toBytes().hex())
                .hasSize(2 * MuHash3072.STATE_BYTES)
                .startsWith(
                        "1fa093295ea30a6a3acdc7b3f770fa538eff537528e990e2910e40bbcfd7f6696b1256901929094694b56316de342f59")
                .contains("36b16392e18036cb13e48c5c0100000000000000");
        assertThat(MuHash3072.read(writer.toBytes().reader()).hash()).isEqualTo(hash.hash());
    }

    @Test
    void orderDoesNotMatterAndWhatIsRemovedIsGone() {
        MuHash3072 one = new MuHash3072().add(element(5)).remove(element(7)).add(element(7));
        MuHash3072 other = new MuHash3072().combine(one).add(element(9)).remove(element(9));
        assertThat(one.hash())
                .isEqualTo(new MuHash3072().add(element(5)).hash())
                .isEqualTo(other.hash());
        assertThat(one.hash()).isNotEqualTo(new MuHash3072().hash());
    }

    /** Against plain modular arithmetic on states whose words are mostly all ones, where carries run far. */
    @Test
    void multipliesRightWhereCarriesAreLong() throws Exception {
        BigInteger modulus = BigInteger.ONE.shiftLeft(3072).subtract(BigInteger.valueOf(1103717));
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            byte[] state = new byte[MuHash3072.STATE_BYTES];
            java.util.Arrays.fill(state, (byte) 0xff);
            byte[] other = state.clone();
            for (int i = 0; i < random.nextInt(8); i++) {
                state[random.nextInt(384)] = (byte) random.nextInt();
                other[random.nextInt(384)] = (byte) random.nextInt();
            }
            ByteWriter writer = new ByteWriter();
            MuHash3072.read(Bytes.wrap(state).reader())
                    .combine(MuHash3072.read(Bytes.wrap(other).reader()))
                    .write(writer);
            assertThat(number(writer.toArray()).mod(modulus))
                    .isEqualTo(number(state).multiply(number(other)).mod(modulus));
        }
    }

    private static BigInteger number(byte[] state) {
        byte[] bigEndian = new byte[384];
        for (int i = 0; i < 384; i++) {
            bigEndian[383 - i] = state[i];
        }
        return new BigInteger(1, bigEndian);
    }
}
