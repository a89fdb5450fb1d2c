package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Hash256;

class TargetTest {
    private static final Target MAIN_LIMIT = ChainParams.main().pow().limit();

    @ParameterizedTest
    @CsvSource({
        // bits, magnitude, bits again
        "00000000, 0, 00000000",
        "00123456, 0, 00000000",
        "01003456, 0, 00000000",
        "02000056, 0, 00000000",
        "03000000, 0, 00000000",
        "04000000, 0, 00000000",
        "01123456, 12, 01120000",
        "02123456, 1234, 02123400",
        "03123456, 123456, 03123456",
        "04123456, 12345600, 04123456",
        "05009234, 92340000, 05009234",
        "1d00ffff, ffff0000000000000000000000000000000000000000000000000000, 1d00ffff",
        "20123456, 1234560000000000000000000000000000000000000000000000000000000000, 20123456",
    })
    void compactForm(String bits, String magnitude, String again) {
        int compact = Integer.parseUnsignedInt(bits, 16);

        Target target = Target.fromBits(compact);

        assertThat(target.toBigInteger()).isEqualTo(new BigInteger(magnitude, 16));
        assertThat(Integer.toHexString(target.toBits())).isEqualTo(again.replaceFirst("^0+(?=.)", ""));
        assertThat(Target.isNegative(compact)).isFalse();
        assertThat(Target.overflows(compact)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"01fedcba", "04923456", "02923400", "03923456", "1dffffff"})
    void theSignBitMakesItNegative(String bits) {
        assertThat(Target.isNegative(Integer.parseUnsignedInt(bits, 16))).isTrue();
        assertThat(Target.ofBits(Integer.parseUnsignedInt(bits, 16), MAIN_LIMIT))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00923456", "01803456", "02800056", "03800000", "04800000"})
    void aSignWithoutMagnitudeIsNotNegative(String bits) {
        assertThat(Target.isNegative(Integer.parseUnsignedInt(bits, 16))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ff123456, true",
        "23000001, true",
        "22000001, false",
        "220000ff, false",
        "22000100, true",
        "2100ffff, false",
        "21010000, true",
        "207fffff, false",
    })
    void overflowBeyond256Bits(String bits, boolean overflows) {
        assertThat(Target.overflows(Integer.parseUnsignedInt(bits, 16))).isEqualTo(overflows);
    }

    @Test
    void limitsOfAHeadersTarget() {
        assertThat(Target.ofBits(0x1d00ffff, MAIN_LIMIT)).isNotNull();
        assertThat(Target.ofBits(0x1d010000, MAIN_LIMIT)).isNull();
        assertThat(Target.ofBits(0x207fffff, MAIN_LIMIT)).isNull();
        assertThat(Target.ofBits(0, MAIN_LIMIT)).isNull();
        assertThat(Target.ofBits(0xff123456, MAIN_LIMIT)).isNull();
        assertThat(MAIN_LIMIT.toBits()).isEqualTo(0x1d00ffff);
    }

    @Test
    void aHashEqualToTheTargetMeetsIt() {
        Target target = Target.fromBits(0x1d00ffff);

        assertThat(target.admits(target.value())).isTrue();
        assertThat(target.admits(Hash256.fromHex("00000000ffff0000000000000000000000000000000000000000000000000001")))
                .isFalse();
    }

    @Test
    void workOfKnownTargets() {
        assertThat(Target.fromBits(0x1d00ffff).work()).isEqualTo(ChainWork.fromHex("100010001"));
        assertThat(Target.fromBits(0x207fffff).work()).isEqualTo(ChainWork.fromHex("2"));
        assertThat(new Target(Hash256.ZERO).work()).isEqualTo(ChainWork.ZERO);
        assertThat(new Target(Hash256.fromHex("f".repeat(64))).work()).isEqualTo(ChainWork.fromHex("1"));
    }

    @Test
    void sumsOfWorkAgreeWithBigIntegers() {
        SplittableRandom random = new SplittableRandom(7);
        BigInteger modulus = BigInteger.ONE.shiftLeft(256);
        for (int i = 0; i < 2_000; i++) {
            BigInteger left = sample(random);
            BigInteger right = sample(random);
            ChainWork sum = ChainWork.of(left).plus(ChainWork.of(right));

            assertThat(sum.toBigInteger()).isEqualTo(left.add(right).mod(modulus));
            assertThat(Integer.signum(ChainWork.of(left).compareTo(ChainWork.of(right))))
                    .isEqualTo(left.compareTo(right));
            assertThat(ChainWork.fromHex(sum.toString())).isEqualTo(sum);
        }
    }

    // Words of all ones and all zeros are where carries go wrong.
    private static BigInteger sample(SplittableRandom random) {
        BigInteger number = BigInteger.ZERO;
        for (int word = 0; word < 4; word++) {
            long value = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> -1;
                case 2 -> random.nextInt(2);
                default -> random.nextLong();
            };
            number = number.shiftLeft(64).add(new BigInteger(Long.toUnsignedString(value)));
        }
        return number;
    }
}
