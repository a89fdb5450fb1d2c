package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class ChainParamsTest {
    @ParameterizedTest
    @EnumSource(ChainType.class)
    void everyGenesisMeetsItsOwnTarget(ChainType type) {
        ChainParams params = ChainParams.of(type);
        BlockHeader genesis = params.genesis().header();

        Target target = Target.ofBits(genesis.bits(), params.pow().limit());

        assertThat(params.type()).isEqualTo(type);
        assertThat(target).isNotNull();
        assertThat(target.admits(params.genesis().hash())).isTrue();
        assertThat(genesis.merkleRoot())
                .isEqualTo(params.genesis().transactions().getFirst().txid());
    }

    @Test
    void genesisOfMainIsTheOneInEveryBook() {
        ChainParams main = ChainParams.main();

        assertThat(main.genesis().hash())
                .hasToString("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
        assertThat(main.genesis().header().merkleRoot())
                .hasToString("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
        assertThat(main.genesis().totalLength()).isEqualTo(285);
        assertThat(ChainParams.testnet4().genesis().header().merkleRoot())
                .hasToString("7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e");
    }

    @Test
    void theDefaultSignetsMagicFollowsFromItsChallenge() {
        assertThat(ChainParams.signet().magic()).isEqualTo(Bytes.fromHex("0a03cf40"));

        ChainParams trivial = ChainParams.signet(Bytes.fromHex("51"), 60);

        assertThat(trivial.magic()).isEqualTo(Bytes.fromHex("54d26fbd"));
        assertThat(trivial.dnsSeeds()).isEmpty();
        assertThat(trivial.assumeValid()).isEqualTo(Hash256.ZERO);
        assertThat(trivial.minimumChainWork()).isEqualTo(ChainWork.ZERO);
        assertThat(trivial.pow().interval()).isEqualTo(20_160);
    }

    @Test
    void retargetIntervals() {
        assertThat(ChainParams.main().pow().interval()).isEqualTo(2016);
        assertThat(ChainParams.regtest().pow().interval()).isEqualTo(144);
    }

    @Test
    void regtestHeightsCanBeMoved() {
        ChainParams params = ChainParams.regtest(RegtestOptions.DEFAULT
                .withActivationHeight("segwit@300")
                .withActivationHeight("cltv@1351")
                .withActivationHeight("dersig@102")
                .withActivationHeight("csv@432")
                .withActivationHeight("bip34@2"));

        assertThat(params.heights()).isEqualTo(new ChainParams.Heights(2, Hash256.ZERO, 1351, 102, 432, 300));
        assertThat(ChainParams.regtest().heights()).isEqualTo(new ChainParams.Heights(1, Hash256.ZERO, 1, 1, 1, 0));
    }

    @Test
    void versionBitsCanBeMoved() {
        ChainParams params =
                ChainParams.regtest(RegtestOptions.DEFAULT.withVersionBits("testdummy:3:9223372036854775807:7"));

        assertThat(params.deployment("testdummy"))
                .isEqualTo(new ChainParams.Deployment("testdummy", 28, 3, Long.MAX_VALUE, 7));
        assertThat(params.deployment("taproot").startTime()).isEqualTo(ChainParams.Deployment.ALWAYS_ACTIVE);
    }

    @Test
    void malformedOverridesSayWhatIsWrong() {
        RegtestOptions options = RegtestOptions.DEFAULT;

        assertThatThrownBy(() -> options.withActivationHeight("bip34"))
                .hasMessage("Invalid format (bip34) for -testactivationheight=name@height.");
        assertThatThrownBy(() -> options.withActivationHeight("bip34@-2"))
                .hasMessage("Invalid height value (bip34@-2) for -testactivationheight=name@height.");
        assertThatThrownBy(() -> options.withActivationHeight("bip34@2147483647"))
                .hasMessageStartingWith("Invalid height value");
        assertThatThrownBy(() -> options.withActivationHeight("taproot@1"))
                .hasMessage("Invalid name (taproot@1) for -testactivationheight=name@height.");
        assertThatThrownBy(() -> options.withVersionBits("testdummy:1"))
                .hasMessageStartingWith("Version bits parameters malformed");
        assertThatThrownBy(() -> options.withVersionBits("testdummy:x:1")).hasMessage("Invalid nStartTime (x)");
        assertThatThrownBy(() -> options.withVersionBits("segwit:0:1")).hasMessage("Invalid deployment (segwit)");
    }

    @Test
    void chainNames() {
        assertThat(ChainType.ofLabel("test")).contains(ChainType.TEST);
        assertThat(ChainType.ofLabel("testnet3")).isEmpty();
        assertThat(ChainType.TEST.directory()).isEqualTo("testnet3");
        assertThat(ChainType.MAIN.directory()).isEmpty();
    }
}
