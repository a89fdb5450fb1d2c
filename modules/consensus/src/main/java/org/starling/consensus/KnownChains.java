package org.starling.consensus;

import java.util.List;
import java.util.Map;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.ChainParams.Deployment;
import org.starling.consensus.ChainParams.FlagException;
import org.starling.consensus.ChainParams.Heights;
import org.starling.consensus.ChainParams.Pow;
import org.starling.consensus.ChainParams.Signalling;
import org.starling.consensus.ChainParams.TxRate;
import org.starling.crypto.Sha256;

/** The facts of each chain. */
final class KnownChains {
    static final int TESTDUMMY_BIT = 28;
    static final int TAPROOT_BIT = 2;

    private static final long TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60;
    private static final long TEN_MINUTES_SECONDS = 10 * 60;
    private static final int HALVING_INTERVAL = 210_000;
    private static final int REGTEST_HALVING_INTERVAL = 150;
    private static final Signalling NINETY_PERCENT = new Signalling(2016, 1815);
    private static final Signalling THREE_QUARTERS = new Signalling(2016, 1512);
    private static final Target LIMIT_32_BITS =
            target("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    private static final Bytes DEFAULT_SIGNET_CHALLENGE =
            Bytes.fromHex("512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be4302103"
                    + "59ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae");

    private KnownChains() {}

    static ChainParams main() {
        return new ChainParams(
                ChainType.MAIN,
                Bytes.fromHex("f9beb4d9"),
                8333,
                8332,
                Genesis.MAIN,
                new Pow(LIMIT_32_BITS, TWO_WEEKS_SECONDS, TEN_MINUTES_SECONDS, false, false, false),
                HALVING_INTERVAL,
                new Heights(
                        227_931,
                        hash("000000000000024b89b42a942fe0d9fea3bb44ab7bd1b19115dd6a759c0808b8"),
                        388_381,
                        363_725,
                        419_328,
                        481_824),
                Map.of(
                        hash("00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22"),
                        FlagException.NONE,
                        hash("0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad"),
                        FlagException.P2SH_WITNESS),
                List.of(
                        testdummy(Deployment.NEVER_ACTIVE),
                        new Deployment(Deployment.TAPROOT, TAPROOT_BIT, 1_619_222_400, 1_628_640_000, 709_632)),
                NINETY_PERCENT,
                null,
                ChainWork.fromHex("0000000000000000000000000000000000000000b1f3b93b65b16d035a82be84"),
                hash("00000000000000000001b658dd1120e82e66d2790811f89ede9742ada3ed6d77"),
                new AddressPrefixes(0, 5, 128, 0x0488b21e, 0x0488ade4, "bc"),
                List.of(
                        "seed.bitcoin.sipa.be.",
                        "dnsseed.bluematt.me.",
                        "dnsseed.bitcoin.dashjr-list-of-p2p-nodes.us.",
                        "seed.bitcoin.jonasschnelli.ch.",
                        "seed.btc.petertodd.net.",
                        "seed.bitcoin.sprovoost.nl.",
                        "dnsseed.emzy.de.",
                        "seed.bitcoin.wiz.biz.",
                        "seed.mainnet.achownodes.xyz."),
                100_000,
                new TxRate(1_741_017_141, 1_161_875_261, 4.620728156243148));
    }

    static ChainParams test() {
        return new ChainParams(
                ChainType.TEST,
                Bytes.fromHex("0b110907"),
                18_333,
                18_332,
                Genesis.TEST,
                new Pow(LIMIT_32_BITS, TWO_WEEKS_SECONDS, TEN_MINUTES_SECONDS, true, false, false),
                HALVING_INTERVAL,
                new Heights(
                        21_111,
                        hash("0000000023b3a96d3484e5abb3755c413e7d41500f8e2a5c3f0dd01299cd8ef8"),
                        581_885,
                        330_776,
                        770_112,
                        834_624),
                Map.of(hash("00000000dd30457c001f4095d208cc1296b0eed002427aa599874af7a432b105"), FlagException.NONE),
                List.of(
                        testdummy(Deployment.NEVER_ACTIVE),
                        new Deployment(Deployment.TAPROOT, TAPROOT_BIT, 1_619_222_400, 1_628_640_000, 0)),
                THREE_QUARTERS,
                null,
                ChainWork.fromHex("0000000000000000000000000000000000000000000015f5e0c9f13455b0eb17"),
                hash("00000000000003fc7967410ba2d0a8a8d50daedc318d43e8baf1a9782c236a57"),
                testPrefixes("tb"),
                List.of(
                        "testnet-seed.bitcoin.jonasschnelli.ch.",
                        "seed.tbtc.petertodd.net.",
                        "seed.testnet.bitcoin.sprovoost.nl.",
                        "testnet-seed.bluematt.me.",
                        "seed.testnet.achownodes.xyz."),
                1_000,
                new TxRate(1_741_042_082, 475_477_615, 17.15933950357594));
    }

    static ChainParams testnet4() {
        return new ChainParams(
                ChainType.TESTNET4,
                Bytes.fromHex("1c163f28"),
                48_333,
                48_332,
                Genesis.TESTNET4,
                new Pow(LIMIT_32_BITS, TWO_WEEKS_SECONDS, TEN_MINUTES_SECONDS, true, false, true),
                HALVING_INTERVAL,
                new Heights(1, Hash256.ZERO, 1, 1, 1, 1),
                Map.of(),
                List.of(testdummy(Deployment.NEVER_ACTIVE), taprootFromTheStart()),
                THREE_QUARTERS,
                null,
                ChainWork.fromHex("0000000000000000000000000000000000000000000001d6dce8651b6094e4c1"),
                hash("0000000000003ed4f08dbdf6f7d6b271a6bcffce25675cb40aa9fa43179a89f3"),
                testPrefixes("tb"),
                List.of("seed.testnet4.bitcoin.sprovoost.nl.", "seed.testnet4.wiz.biz."),
                1_000,
                new TxRate(1_741_070_246, 7_653_966, 1.239174414591965));
    }

    static ChainParams signet() {
        return signet(
                        DEFAULT_SIGNET_CHALLENGE,
                        TEN_MINUTES_SECONDS,
                        new TxRate(1_741_019_645, 16_540_736, 1.064918879911595))
                .withMinimumChainWork(
                        ChainWork.fromHex("000000000000000000000000000000000000000000000000000002b517f3d1a1"))
                .withAssumeValid(hash("000000895a110f46e59eb82bbc5bfb67fa314656009c295509c21b4999f5180a"))
                .withDnsSeeds(List.of("seed.signet.bitcoin.sprovoost.nl.", "seed.signet.achownodes.xyz."));
    }

    static ChainParams signet(Bytes challenge, long spacingSeconds) {
        return signet(challenge, spacingSeconds, TxRate.UNKNOWN);
    }

    private static ChainParams signet(Bytes challenge, long spacingSeconds, TxRate rate) {
        Bytes serialized = new ByteWriter().varBytes(challenge).toBytes();
        return new ChainParams(
                ChainType.SIGNET,
                Sha256.twice(serialized).toBytes().slice(0, 4).compact(),
                38_333,
                38_332,
                Genesis.SIGNET,
                new Pow(
                        target("00000377ae000000000000000000000000000000000000000000000000000000"),
                        TWO_WEEKS_SECONDS,
                        spacingSeconds,
                        false,
                        false,
                        false),
                HALVING_INTERVAL,
                new Heights(1, Hash256.ZERO, 1, 1, 1, 1),
                Map.of(),
                List.of(testdummy(Deployment.NEVER_ACTIVE), taprootFromTheStart()),
                NINETY_PERCENT,
                challenge.compact(),
                ChainWork.ZERO,
                Hash256.ZERO,
                testPrefixes("tb"),
                List.of(),
                1_000,
                rate);
    }

    static ChainParams regtest(RegtestOptions options) {
        Map<String, Deployment> overrides = options.deployments();
        return new ChainParams(
                ChainType.REGTEST,
                Bytes.fromHex("fabfb5da"),
                18_444,
                18_443,
                Genesis.REGTEST,
                new Pow(
                        target("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
                        24 * 60 * 60,
                        TEN_MINUTES_SECONDS,
                        true,
                        true,
                        options.enforceBip94()),
                REGTEST_HALVING_INTERVAL,
                options.heights(),
                Map.of(),
                List.of(
                        overrides.getOrDefault(Deployment.TESTDUMMY, testdummy(0)),
                        overrides.getOrDefault(Deployment.TAPROOT, taprootFromTheStart())),
                new Signalling(144, 108),
                null,
                ChainWork.ZERO,
                Hash256.ZERO,
                testPrefixes("bcrt"),
                List.of(),
                options.fastPrune() ? 100 : 1_000,
                TxRate.UNKNOWN);
    }

    private static Deployment testdummy(long startTime) {
        return new Deployment(Deployment.TESTDUMMY, TESTDUMMY_BIT, startTime, Deployment.NO_TIMEOUT, 0);
    }

    private static Deployment taprootFromTheStart() {
        return new Deployment(Deployment.TAPROOT, TAPROOT_BIT, Deployment.ALWAYS_ACTIVE, Deployment.NO_TIMEOUT, 0);
    }

    private static AddressPrefixes testPrefixes(String bech32) {
        return new AddressPrefixes(111, 196, 239, 0x043587cf, 0x04358394, bech32);
    }

    private static Hash256 hash(String shown) {
        return Hash256.fromHex(shown);
    }

    private static Target target(String shown) {
        return new Target(hash(shown));
    }
}
