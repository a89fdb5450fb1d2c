package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.consensus.ChainParams.Deployment;
import org.starling.consensus.VersionBits.State;

class VersionBitsTest {
    private static final int PERIOD = 144;
    private static final int THRESHOLD = 108;
    private static final int BITS = 0x207fffff;
    private static final int SIGNAL = 0x20000000 | 1 << 28;
    private static final int SILENT = 0x20000000;
    private static final long START = 1_000_000;

    private static ChainParams params(long start, long timeout, int minActivationHeight) {
        return ChainParams.regtest(RegtestOptions.DEFAULT.withVersionBits(
                "testdummy:" + start + ":" + timeout + ":" + minActivationHeight));
    }

    private static void mine(HeaderChain chain, int count, int version, long time) {
        for (int i = 0; i < count; i++) {
            chain.add(version, time, BITS);
        }
    }

    @Test
    void fromDefinedToActive() {
        ChainParams params = params(START, START + 1_000_000, 0);
        Deployment dummy = params.deployment("testdummy");
        VersionBits bits = new VersionBits(params);
        HeaderChain chain = HeaderChain.fromGenesis();

        assertThat(bits.state(null, dummy)).isEqualTo(State.DEFINED);
        mine(chain, PERIOD, SIGNAL, START - 1);
        assertThat(bits.state(chain.tip(), dummy)).as("time not reached").isEqualTo(State.DEFINED);
        assertThat(bits.since(chain.tip(), dummy)).isZero();
        mine(chain, PERIOD - 1, SIGNAL, START);
        assertThat(bits.state(chain.tip(), dummy)).as("period not over").isEqualTo(State.DEFINED);
        mine(chain, 1, SIGNAL, START);
        assertThat(bits.state(chain.tip(), dummy)).isEqualTo(State.STARTED);
        assertThat(bits.since(chain.tip(), dummy)).isEqualTo(2 * PERIOD);
        assertThat(bits.blockVersion(chain.tip())).isEqualTo(SIGNAL);

        mine(chain, THRESHOLD - 1, SIGNAL, START);
        mine(chain, PERIOD - THRESHOLD + 1, SILENT, START);
        assertThat(bits.state(chain.tip(), dummy)).as("one signal short").isEqualTo(State.STARTED);
        mine(chain, PERIOD - THRESHOLD, SILENT, START);
        mine(chain, THRESHOLD, SIGNAL, START);
        assertThat(bits.state(chain.tip(), dummy)).isEqualTo(State.LOCKED_IN);
        assertThat(bits.blockVersion(chain.tip())).isEqualTo(SIGNAL);
        assertThat(bits.since(chain.tip(), dummy)).isEqualTo(4 * PERIOD);

        mine(chain, PERIOD, SILENT, START);
        assertThat(bits.state(chain.tip(), dummy)).isEqualTo(State.ACTIVE);
        assertThat(bits.since(chain.tip(), dummy)).isEqualTo(5 * PERIOD);
        assertThat(bits.blockVersion(chain.tip())).isEqualTo(SILENT);
        mine(chain, 3 * PERIOD + 7, SILENT, START + 2_000_000);
        assertThat(bits.state(chain.tip(), dummy)).as("for ever").isEqualTo(State.ACTIVE);
        assertThat(bits.since(chain.tip(), dummy)).isEqualTo(5 * PERIOD);
        assertThat(new VersionBits(params).state(chain.tip(), dummy))
                .as("with nothing remembered")
                .isEqualTo(State.ACTIVE);
    }

    @Test
    void failsAtTheTimeoutUnlessTheThresholdIsReachedInThatPeriod() {
        ChainParams params = params(START, START + 1000, 0);
        Deployment dummy = params.deployment("testdummy");
        HeaderChain late = HeaderChain.fromGenesis();
        mine(late, PERIOD, SILENT, START);
        mine(late, PERIOD, SILENT, START + 1000);
        HeaderChain justInTime = HeaderChain.fromGenesis();
        mine(justInTime, PERIOD, SILENT, START);
        mine(justInTime, PERIOD, SIGNAL, START + 1000);

        assertThat(new VersionBits(params).state(late.tip(), dummy)).isEqualTo(State.FAILED);
        assertThat(new VersionBits(params).state(justInTime.tip(), dummy)).isEqualTo(State.LOCKED_IN);
    }

    @Test
    void activationWaitsForTheMinimumHeight() {
        ChainParams params = params(START, Deployment.NO_TIMEOUT, 4 * PERIOD + 1);
        Deployment dummy = params.deployment("testdummy");
        VersionBits bits = new VersionBits(params);
        HeaderChain chain = HeaderChain.fromGenesis();
        mine(chain, PERIOD, SIGNAL, START);
        mine(chain, PERIOD, SIGNAL, START);

        assertThat(bits.state(chain.tip(), dummy)).isEqualTo(State.LOCKED_IN);
        mine(chain, 2 * PERIOD, SILENT, START);
        assertThat(bits.state(chain.tip(), dummy))
                .as("next height is " + 4 * PERIOD)
                .isEqualTo(State.LOCKED_IN);
        mine(chain, PERIOD, SILENT, START);
        assertThat(bits.state(chain.tip(), dummy)).isEqualTo(State.ACTIVE);
    }

    @Test
    void onlyVersionsWithTheRightTopBitsSignal() {
        ChainParams params = params(START, Deployment.NO_TIMEOUT, 0);
        Deployment dummy = params.deployment("testdummy");
        HeaderChain chain = HeaderChain.fromGenesis();
        mine(chain, PERIOD, SILENT, START);
        mine(chain, PERIOD, 1 << 28, START);
        mine(chain, PERIOD, 0x70000000, START);

        assertThat(new VersionBits(params).state(chain.tip(), dummy)).isEqualTo(State.STARTED);
    }

    @Test
    void alwaysAndNever() {
        ChainParams regtest = ChainParams.regtest();
        ChainParams main = ChainParams.main();

        assertThat(new VersionBits(regtest).state(null, regtest.deployment("taproot")))
                .isEqualTo(State.ACTIVE);
        assertThat(new VersionBits(main).state(null, main.deployment("testdummy")))
                .isEqualTo(State.FAILED);
        assertThat(new VersionBits(regtest).since(null, regtest.deployment("taproot")))
                .isZero();
    }

    @Test
    void statisticsOfTheRunningPeriod() {
        ChainParams params = params(START, Deployment.NO_TIMEOUT, 0);
        HeaderChain chain = HeaderChain.fromGenesis();
        mine(chain, PERIOD, SILENT, START);
        mine(chain, 3, SIGNAL, START);
        mine(chain, 2, SILENT, START);

        VersionBits.Statistics statistics =
                new VersionBits(params).statistics(chain.tip(), params.deployment("testdummy"));

        assertThat(statistics.elapsed()).isEqualTo(5);
        assertThat(statistics.count()).isEqualTo(3);
        assertThat(statistics.signalling()).containsExactly(true, true, true, false, false);
        assertThat(statistics.possible()).isTrue();

        mine(chain, PERIOD - THRESHOLD - 1, SILENT, START);

        assertThat(new VersionBits(params)
                        .statistics(chain.tip(), params.deployment("testdummy"))
                        .possible())
                .as("37 blocks without signal are one too many")
                .isFalse();
    }
}
