package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection.Kind;

class HeaderRulesTest {
    private static final ChainParams REGTEST = ChainParams.regtest();
    private static final int BITS = 0x207fffff;
    private static final long START = 1_700_000_000;

    private static BlockHeader header(HeaderView previous, int version, long time, int bits) {
        return new BlockHeader(version, previous.hash(), Hash256.ZERO, time, bits, 0);
    }

    private static Rejection check(HeaderView previous, int version, long time, int bits, ChainParams params) {
        return HeaderRules.checkInContext(header(previous, version, time, bits), previous, params, START);
    }

    @Test
    void theMedianOfElevenTimes() {
        HeaderChain chain = HeaderChain.fromGenesis();
        for (long time : new long[] {100, 50, 60, 70, 40, 90, 80, 30, 20, 10, 110}) {
            chain.add(4, time, BITS);
        }

        assertThat(chain.tip().medianTimePast()).isEqualTo(60);
        assertThat(chain.at(0).medianTimePast()).isEqualTo(100);
        assertThat(chain.at(1).medianTimePast()).as("of 50 and 100 the later").isEqualTo(100);
        assertThat(chain.add(4, 120, BITS).tip().medianTimePast())
                .as("100 is no longer among the eleven")
                .isEqualTo(60);
    }

    @Test
    void timeMustPassTheMedianAndNotLieFarAhead() {
        HeaderView previous =
                HeaderChain.fromGenesis().add(4, START, BITS).extend(20, 10).tip();
        long median = previous.medianTimePast();

        assertThat(check(previous, 4, median + 1, BITS, REGTEST)).isNull();
        assertThat(check(previous, 4, median, BITS, REGTEST))
                .isEqualTo(Rejection.of(Kind.INVALID_HEADER, "time-too-old", "block's timestamp is too early"));
        assertThat(check(previous, 4, START + 7200, BITS, REGTEST)).isNull();
        assertThat(check(previous, 4, START + 7201, BITS, REGTEST))
                .isEqualTo(Rejection.of(Kind.TIME_FUTURE, "time-too-new", "block timestamp too far in the future"));
    }

    @Test
    void difficultyMustBeTheOneRequired() {
        HeaderView previous = HeaderChain.fromGenesis().add(4, START, BITS).tip();

        assertThat(check(previous, 4, START + 1, 0x207ffffe, REGTEST))
                .isEqualTo(Rejection.of(Kind.INVALID_HEADER, "bad-diffbits", "incorrect proof of work"));
    }

    @ParameterizedTest
    @CsvSource({
        // height of the block, version, accepted
        "9, 1, true",
        "10, 1, false",
        "10, 2, true",
        "20, 2, false",
        "20, 3, true",
        "30, 3, false",
        "30, 4, true",
        "30, 536870912, true",
        "9, -1, true",
        "30, -1, false",
    })
    void oldVersionsEndWithEachSoftFork(int height, int version, boolean accepted) {
        ChainParams params = ChainParams.regtest(RegtestOptions.DEFAULT
                .withActivationHeight("bip34@10")
                .withActivationHeight("dersig@20")
                .withActivationHeight("cltv@30"));
        HeaderView previous = HeaderChain.fromGenesis()
                .add(4, START, BITS)
                .extend(height - 1, 1)
                .tip();

        Rejection rejection = check(previous, version, START + 100, BITS, params);

        if (accepted) {
            assertThat(rejection).isNull();
        } else {
            assertThat(rejection.reason()).isEqualTo("bad-version(0x%08x)".formatted(version));
            assertThat(rejection.kind()).isEqualTo(Kind.INVALID_HEADER);
        }
    }

    @Test
    void bip94ForbidsToStartAPeriodLongBeforeTheLastOneEnded() {
        HeaderChain chain =
                HeaderChain.fromGenesis().add(4, START - 100_000, BITS).extend(142, 1);
        HeaderView previous = chain.add(4, START, BITS).tip();

        assertThat(check(previous, 4, START - 600, BITS, REGTEST)).isNull();
        assertThat(check(previous, 4, START - 601, BITS, REGTEST).reason()).isEqualTo("time-timewarp-attack");
        assertThat(check(
                        previous,
                        4,
                        START - 601,
                        BITS,
                        ChainParams.regtest(RegtestOptions.DEFAULT.withEnforceBip94(false))))
                .isNull();
        assertThat(HeaderRules.minimumTime(previous, REGTEST)).isEqualTo(START - 600);

        HeaderView inside = chain.add(4, START + 1, BITS).tip();

        assertThat(check(inside, 4, START - 601, BITS, REGTEST))
                .as("only the first block of a period")
                .isNull();
        assertThat(HeaderRules.minimumTime(inside, REGTEST)).isEqualTo(inside.medianTimePast() + 1);
    }

    @Test
    void aHashAboveTheTargetIsTooHigh() {
        BlockHeader genesis = ChainParams.main().genesis().header();
        BlockHeader other = genesis.withNonce(genesis.nonce() + 1);

        assertThat(HeaderRules.check(genesis, genesis.hash(), ChainParams.main()))
                .isNull();
        assertThat(HeaderRules.check(other, other.hash(), ChainParams.main()))
                .isEqualTo(Rejection.of(Kind.INVALID_HEADER, "high-hash", "proof of work failed"));
    }
}
