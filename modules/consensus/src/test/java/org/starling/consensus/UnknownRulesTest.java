package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.consensus.UnknownRules.Found;

class UnknownRulesTest {
    private static final int PERIOD = 144;
    private static final int THRESHOLD = 108;
    private static final int BITS = 0x207fffff;
    private static final int SILENT = 0x20000000;
    private static final int BIT_27 = SILENT | 1 << 27;
    private static final int TESTDUMMY = SILENT | 1 << 28;

    private static void mine(HeaderChain chain, int count, int version) {
        for (int i = 0; i < count; i++) {
            chain.add(version, 2_000_000, BITS);
        }
    }

    private static HeaderChain afterFirstPeriod() {
        HeaderChain chain = HeaderChain.fromGenesis();
        mine(chain, PERIOD, SILENT);
        return chain;
    }

    @Test
    void areActiveOnePeriodAfterEnoughBlocksSetABit() {
        UnknownRules rules = new UnknownRules(ChainParams.regtest());
        HeaderChain chain = afterFirstPeriod();

        mine(chain, THRESHOLD, BIT_27);
        mine(chain, PERIOD - THRESHOLD - 1, SILENT);
        assertThat(rules.after(chain.tip())).as("the period is not over").isEqualTo(new Found(0, 0));
        mine(chain, 1, SILENT);
        assertThat(rules.after(chain.tip())).isEqualTo(new Found(0, 1 << 27));
        mine(chain, PERIOD, SILENT);
        assertThat(rules.after(chain.tip())).isEqualTo(new Found(1 << 27, 0));
        mine(chain, 3 * PERIOD, SILENT);
        assertThat(rules.after(chain.tip())).as("for ever").isEqualTo(new Found(1 << 27, 0));
        assertThat(new UnknownRules(ChainParams.regtest()).after(chain.tip()))
                .as("with nothing remembered")
                .isEqualTo(new Found(1 << 27, 0));
    }

    @Test
    void aSignalTooFewIsNone() {
        HeaderChain chain = afterFirstPeriod();
        mine(chain, THRESHOLD - 1, BIT_27);
        mine(chain, 2 * PERIOD, SILENT);

        assertThat(new UnknownRules(ChainParams.regtest()).after(chain.tip())).isEqualTo(new Found(0, 0));
    }

    @Test
    void signalsForWhatIsKnownAndVersionsOfOtherKindsDoNotCount() {
        HeaderChain chain = afterFirstPeriod();
        mine(chain, PERIOD, TESTDUMMY);
        mine(chain, PERIOD, 0x60000000 | 1 << 27);

        assertThat(new UnknownRules(ChainParams.regtest(
                                RegtestOptions.DEFAULT.withVersionBits("testdummy:0:" + Long.MAX_VALUE + ":0")))
                        .after(chain.tip()))
                .isEqualTo(new Found(0, 0));
    }

    @Test
    void branchesHaveTheirOwn() {
        UnknownRules rules = new UnknownRules(ChainParams.regtest());
        HeaderChain signalling = afterFirstPeriod();
        mine(signalling, PERIOD, BIT_27);
        HeaderChain silent = afterFirstPeriod();
        mine(silent, PERIOD, SILENT);

        assertThat(rules.after(signalling.tip())).isEqualTo(new Found(0, 1 << 27));
        assertThat(rules.after(silent.tip())).isEqualTo(new Found(0, 0));
    }
}
