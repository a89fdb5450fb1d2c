package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams.Pow;

class DifficultyTest {
    private static final Pow MAIN = ChainParams.main().pow();
    private static final Pow TEST = ChainParams.test().pow();
    private static final Pow TESTNET4 = ChainParams.testnet4().pow();
    private static final int EASIEST = 0x1d00ffff;
    private static final int HARDER = 0x1c0168fd;

    /** A whole retarget period: its first and last block have the given times, the others lie between. */
    private static HeaderChain period(int lastHeight, long firstTime, long lastTime, int bits) {
        HeaderChain chain = HeaderChain.fromHeight(lastHeight - 2015).add(4, firstTime, bits);
        return chain.extend(2014, 0).add(4, lastTime, bits);
    }

    @ParameterizedTest
    @CsvSource({
        // Facts of the main chain: last height of a period, times of its first and last block, bits, next bits.
        "32255, 1261130161, 1262152739, 1d00ffff, 1d00d86a",
        "2015, 1231006505, 1233061996, 1d00ffff, 1d00ffff",
        "68543, 1279008237, 1279297671, 1c05a3f4, 1c0168fd",
        "46367, 1263163443, 1269211443, 1c387f6f, 1d00e1fd",
    })
    void retargetsOfTheMainChain(int height, long firstTime, long lastTime, String bits, String expected) {
        int old = Integer.parseInt(bits, 16);
        int next = Integer.parseInt(expected, 16);
        HeaderView last = period(height, firstTime, lastTime, old).tip();

        assertThat(Difficulty.nextBits(last, lastTime + 600, MAIN)).isEqualTo(next);
        assertThat(Difficulty.isPermittedTransition(height + 1, old, next, MAIN))
                .isTrue();
    }

    @Test
    void withinAPeriodNothingChanges() {
        HeaderChain chain =
                HeaderChain.fromGenesis().add(1, 1_231_006_505, HARDER).extend(100, 1);

        assertThat(Difficulty.nextBits(chain.tip(), chain.tip().time() + 100_000, MAIN))
                .isEqualTo(HARDER);
        assertThat(Difficulty.isPermittedTransition(101, HARDER, HARDER, MAIN)).isTrue();
        assertThat(Difficulty.isPermittedTransition(101, HARDER, EASIEST, MAIN)).isFalse();
    }

    @Test
    void aRetargetMovesByAFactorOfFourAtMost() {
        assertThat(Difficulty.isPermittedTransition(68_544, 0x1c05a3f4, 0x1c0168fd, MAIN))
                .isTrue();
        assertThat(Difficulty.isPermittedTransition(68_544, 0x1c05a3f4, 0x1c0168fc, MAIN))
                .isFalse();
        assertThat(Difficulty.isPermittedTransition(46_368, 0x1c387f6f, 0x1d00e1fd, MAIN))
                .isTrue();
        assertThat(Difficulty.isPermittedTransition(46_368, 0x1c387f6f, 0x1d00e1fe, MAIN))
                .isFalse();
        assertThat(Difficulty.isPermittedTransition(46_368, HARDER, EASIEST, TEST))
                .as("test networks may jump")
                .isTrue();
    }

    @Test
    void testnetAllowsAnEasyBlockAfterTwentyMinutes() {
        HeaderChain chain = HeaderChain.fromHeight(2016).add(4, 1_000_000, HARDER);

        assertThat(Difficulty.nextBits(chain.tip(), 1_000_000 + 1200, TEST)).isEqualTo(HARDER);
        assertThat(Difficulty.nextBits(chain.tip(), 1_000_000 + 1201, TEST)).isEqualTo(EASIEST);

        chain.add(4, 1_001_201, EASIEST).add(4, 1_002_402, EASIEST);

        assertThat(Difficulty.nextBits(chain.tip(), 1_002_403, TEST))
                .as("after easy blocks the last true difficulty is back")
                .isEqualTo(HARDER);
    }

    @Test
    void testnetLooksBackNoFurtherThanThePeriod() {
        HeaderChain chain = HeaderChain.fromHeight(2015).add(4, 1_000_000, HARDER);
        chain.add(4, 1_001_201, EASIEST).add(4, 1_002_402, EASIEST);

        assertThat(Difficulty.nextBits(chain.tip(), 1_002_403, TEST)).isEqualTo(EASIEST);
    }

    @Test
    void bip94RetargetsFromTheFirstBlockOfThePeriod() {
        // The last block of the period is an easy one. On testnet3 this resets the difficulty, by BIP-0094 it does not.
        HeaderChain chain = HeaderChain.fromHeight(2016).add(4, 1_000_000, HARDER);
        chain.extend(2014, 600).add(4, 1_000_000 + 14 * 24 * 60 * 60, EASIEST);
        long time = chain.tip().time() + 600;

        assertThat(Difficulty.nextBits(chain.tip(), time, TEST)).isEqualTo(EASIEST);
        assertThat(Difficulty.nextBits(chain.tip(), time, TESTNET4)).isEqualTo(HARDER);
    }

    @Test
    void regtestNeverRetargets() {
        Pow regtest = ChainParams.regtest().pow();
        HeaderChain chain =
                HeaderChain.fromGenesis().add(4, 1_296_688_602, 0x207fffff).extend(143, 1);

        assertThat(Difficulty.nextBits(chain.tip(), chain.tip().time() + 1, regtest))
                .isEqualTo(0x207fffff);
    }

    @Test
    void proofOfWorkOfHashesAndTargets() {
        Hash256 one = Hash256.fromHex("0".repeat(63) + "1");

        assertThat(Difficulty.checkProofOfWork(one, EASIEST, MAIN)).isTrue();
        assertThat(Difficulty.checkProofOfWork(one, 0x1d80ffff, MAIN))
                .as("negative")
                .isFalse();
        assertThat(Difficulty.checkProofOfWork(one, ~0x00800000, MAIN))
                .as("overflow")
                .isFalse();
        assertThat(Difficulty.checkProofOfWork(one, 0x1d01fffe, MAIN))
                .as("too easy")
                .isFalse();
        assertThat(Difficulty.checkProofOfWork(Hash256.ZERO, 0, MAIN))
                .as("zero")
                .isFalse();
        assertThat(Difficulty.checkProofOfWork(
                        Hash256.fromHex("00000001ffff0000000000000000000000000000000000000000000000000000"),
                        EASIEST,
                        MAIN))
                .as("hash above target")
                .isFalse();
    }

    @Test
    void workAsTime() {
        ChainWork block = Target.fromBits(EASIEST).work();
        ChainWork two = block.plus(block);

        assertThat(Difficulty.equivalentSeconds(block, two, EASIEST, MAIN)).isEqualTo(600);
        assertThat(Difficulty.equivalentSeconds(two, block, EASIEST, MAIN)).isEqualTo(-600);
        assertThat(Difficulty.equivalentSeconds(ChainWork.ZERO, ChainWork.fromHex("f".repeat(64)), 0x207fffff, MAIN))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void difficultyAsPeopleQuoteIt() {
        assertThat(Difficulty.ratio(EASIEST)).isEqualTo(1.0);
        assertThat(Difficulty.ratio(0x1b0404cb)).isCloseTo(16307.420938523983, offset(1e-9));
        assertThat(Difficulty.ratio(0x207fffff)).isCloseTo(4.656542373906925e-10, offset(1e-24));
    }
}
