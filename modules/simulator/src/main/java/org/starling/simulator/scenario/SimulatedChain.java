package org.starling.simulator.scenario;

import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Target;
import org.starling.node.Miner;

/** The rules of simulated chains: regtest's, with a proof of work that costs something, so that hash rates mean something. */
final class SimulatedChain {
    /** Hashes that a block takes on average. */
    static final int HASHES_PER_BLOCK = 4096;

    /** One hash in so many is below it. */
    private static final int BITS = 0x1f0fffff;

    static final ChainParams PARAMS = params();

    private SimulatedChain() {}

    private static ChainParams params() {
        ChainParams regtest = ChainParams.regtest();
        BlockHeader old = regtest.genesis().header();
        BlockHeader header =
                new BlockHeader(old.version(), old.previous(), old.merkleRoot(), old.time(), BITS, old.nonce());
        Block genesis = Miner.solve(Block.of(header, regtest.genesis().transactions()), 1L << 32);
        if (genesis == null) {
            throw new AssertionError("one in 4096 hashes solves it");
        }
        ChainParams.Pow pow = regtest.pow();
        return new ChainParams(
                regtest.type(),
                regtest.magic(),
                regtest.p2pPort(),
                regtest.rpcPort(),
                genesis,
                new ChainParams.Pow(
                        Target.fromBits(BITS),
                        pow.targetTimespanSeconds(),
                        pow.targetSpacingSeconds(),
                        pow.allowMinDifficulty(),
                        pow.noRetargeting(),
                        pow.enforceBip94()),
                regtest.subsidyHalvingInterval(),
                regtest.heights(),
                regtest.flagExceptions(),
                regtest.deployments(),
                regtest.signalling(),
                regtest.signetChallenge(),
                ChainWork.ZERO,
                regtest.assumeValid(),
                regtest.prefixes(),
                regtest.dnsSeeds(),
                regtest.pruneAfterHeight(),
                regtest.txRate());
    }
}
