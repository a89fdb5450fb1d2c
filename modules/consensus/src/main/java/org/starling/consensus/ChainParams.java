package org.starling.consensus;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/**
 * All facts that differ between chains. Obtain one from {@link #main}, {@link #test}, {@link #testnet4}, {@link #signet}
 * or {@link #regtest} and adjust it with the {@code with} methods.
 *
 * @param magic four bytes that begin every message on the wire and every record in a block file
 * @param p2pPort default port of the peer-to-peer network
 * @param rpcPort default port of JSON-RPC
 * @param subsidyHalvingInterval blocks between halvings of the subsidy
 * @param flagExceptions blocks, by hash, that are valid only under fewer script flags than their time requires
 * @param deployments soft forks that activate by version bits (BIP-0009), in the order in which RPC lists them
 * @param signalling how blocks' signals for deployments are counted
 * @param signetChallenge the script that each block must satisfy (BIP-0325); null elsewhere than on a signet
 * @param minimumChainWork work that the best chain has at least: a chain with less is not followed yet
 * @param assumeValid a block whose ancestors' scripts are taken as valid; zero for none
 * @param dnsSeeds host names that resolve to peers
 * @param pruneAfterHeight height below which nothing is pruned
 * @param txRate figures by which to estimate how far validation has come
 */
public record ChainParams(
        ChainType type,
        Bytes magic,
        int p2pPort,
        int rpcPort,
        Block genesis,
        Pow pow,
        int subsidyHalvingInterval,
        Heights heights,
        Map<Hash256, FlagException> flagExceptions,
        List<Deployment> deployments,
        Signalling signalling,
        @Nullable Bytes signetChallenge,
        ChainWork minimumChainWork,
        Hash256 assumeValid,
        AddressPrefixes prefixes,
        List<String> dnsSeeds,
        int pruneAfterHeight,
        TxRate txRate) {

    public ChainParams {
        flagExceptions = Map.copyOf(flagExceptions);
        deployments = List.copyOf(deployments);
        dnsSeeds = List.copyOf(dnsSeeds);
    }

    /**
     * Proof of work and its adjustment.
     *
     * @param limit the easiest target allowed
     * @param targetTimespanSeconds how long a retarget period should take
     * @param targetSpacingSeconds how far apart blocks should be
     * @param allowMinDifficulty whether a block 20 minutes after its parent may have the easiest target (test networks)
     * @param noRetargeting whether difficulty never changes (regtest)
     * @param enforceBip94 whether BIP-0094 holds: no time warp, and retargets start from the period's first block
     */
    public record Pow(
            Target limit,
            long targetTimespanSeconds,
            long targetSpacingSeconds,
            boolean allowMinDifficulty,
            boolean noRetargeting,
            boolean enforceBip94) {
        /** Blocks between retargets. */
        public int interval() {
            return (int) (targetTimespanSeconds / targetSpacingSeconds);
        }
    }

    /**
     * First heights at which the buried soft forks hold (BIP-0090).
     *
     * @param bip34Hash the block at {@code bip34} in the known chain, after which no duplicate coinbase is possible for
     *     long (BIP-0030); zero if there is none
     */
    public record Heights(int bip34, Hash256 bip34Hash, int bip65, int bip66, int csv, int segwit) {}

    /** Script flags of a block that an early soft fork's rules would reject. */
    public enum FlagException {
        /** No flags at all. */
        NONE,
        /** P2SH and witness, without Taproot or any later flag. */
        P2SH_WITNESS
    }

    /**
     * A soft fork that miners signal (BIP-0009).
     *
     * @param startTime median time past from which signals count, {@link #ALWAYS_ACTIVE} or {@link #NEVER_ACTIVE}
     * @param timeout median time past at which it fails, or {@link #NO_TIMEOUT}
     * @param minActivationHeight height before which a locked-in deployment does not become active
     */
    public record Deployment(String name, int bit, long startTime, long timeout, int minActivationHeight) {
        public static final long ALWAYS_ACTIVE = -1;
        public static final long NEVER_ACTIVE = -2;
        public static final long NO_TIMEOUT = Long.MAX_VALUE;

        public static final String TESTDUMMY = "testdummy";
        public static final String TAPROOT = "taproot";
    }

    /** Blocks per signalling period, and how many of them must signal to lock a deployment in. */
    public record Signalling(int period, int threshold) {}

    /**
     * What addresses and keys begin with.
     *
     * @param extendedPublic version of BIP-0032 public keys
     * @param extendedSecret version of BIP-0032 private keys
     * @param bech32 human-readable part of segwit addresses
     */
    public record AddressPrefixes(
            int pubkeyHash, int scriptHash, int secretKey, int extendedPublic, int extendedSecret, String bech32) {}

    /** Transactions up to a moment (seconds since 1970), and how many a second came then. */
    public record TxRate(long time, long transactions, double perSecond) {
        public static final TxRate UNKNOWN = new TxRate(0, 0, 0);
    }

    public static ChainParams main() {
        return KnownChains.main();
    }

    /** Testnet, version 3. */
    public static ChainParams test() {
        return KnownChains.test();
    }

    public static ChainParams testnet4() {
        return KnownChains.testnet4();
    }

    /** The default signet. */
    public static ChainParams signet() {
        return KnownChains.signet();
    }

    /**
     * A custom signet (BIP-0325). Its magic follows from the challenge; it has no seeds.
     *
     * @param spacingSeconds how far apart blocks should be; 600 unless the signet's operator says otherwise
     */
    public static ChainParams signet(Bytes challenge, long spacingSeconds) {
        return KnownChains.signet(challenge, spacingSeconds);
    }

    public static ChainParams regtest() {
        return KnownChains.regtest(RegtestOptions.DEFAULT);
    }

    public static ChainParams regtest(RegtestOptions options) {
        return KnownChains.regtest(options);
    }

    /** The chain with its default parameters. */
    public static ChainParams of(ChainType type) {
        return switch (type) {
            case MAIN -> main();
            case TEST -> test();
            case TESTNET4 -> testnet4();
            case SIGNET -> signet();
            case REGTEST -> regtest();
        };
    }

    /** Whether time can be set by a test and blocks need no real work. */
    public boolean isMockable() {
        return type == ChainType.REGTEST;
    }

    public Deployment deployment(String name) {
        for (Deployment deployment : deployments) {
            if (deployment.name().equals(name)) {
                return deployment;
            }
        }
        throw new IllegalArgumentException("no deployment is named " + name);
    }

    public ChainParams withMinimumChainWork(ChainWork work) {
        return new ChainParams(
                type,
                magic,
                p2pPort,
                rpcPort,
                genesis,
                pow,
                subsidyHalvingInterval,
                heights,
                flagExceptions,
                deployments,
                signalling,
                signetChallenge,
                work,
                assumeValid,
                prefixes,
                dnsSeeds,
                pruneAfterHeight,
                txRate);
    }

    /** Zero for none. */
    public ChainParams withAssumeValid(Hash256 block) {
        return new ChainParams(
                type,
                magic,
                p2pPort,
                rpcPort,
                genesis,
                pow,
                subsidyHalvingInterval,
                heights,
                flagExceptions,
                deployments,
                signalling,
                signetChallenge,
                minimumChainWork,
                block,
                prefixes,
                dnsSeeds,
                pruneAfterHeight,
                txRate);
    }

    public ChainParams withDnsSeeds(List<String> seeds) {
        return new ChainParams(
                type,
                magic,
                p2pPort,
                rpcPort,
                genesis,
                pow,
                subsidyHalvingInterval,
                heights,
                flagExceptions,
                deployments,
                signalling,
                signetChallenge,
                minimumChainWork,
                assumeValid,
                prefixes,
                seeds,
                pruneAfterHeight,
                txRate);
    }
}
