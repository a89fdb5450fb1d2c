package org.starling.chain;

import org.starling.consensus.ChainParams;

/**
 * What an operator decides about the chain.
 *
 * @param coinsCacheBytes heap for coins in memory ({@code -dbcache}); beyond it they are written
 * @param obfuscateBlocks whether a fresh block store is XORed with a random key ({@code -blocksxor})
 * @param prune which block files may be removed ({@code -prune})
 * @param maxBlockFileBytes size at which the next block file is begun
 * @param rebuild what to build again ({@code -reindex}, {@code -reindex-chainstate})
 */
public record ChainOptions(
        ChainParams params,
        long coinsCacheBytes,
        boolean obfuscateBlocks,
        Prune prune,
        int maxBlockFileBytes,
        Rebuild rebuild) {
    /** Core's default for its caches, of which the coins in memory are the most. */
    public static final long DEFAULT_CACHE_BYTES = 450L << 20;

    /** Size of block files with {@code -fastprune}. */
    public static final int FAST_PRUNE_FILE_BYTES = 64 << 10;

    /** What is built again when the chain is opened. */
    public enum Rebuild {
        NOTHING,
        /** The coins, from the blocks that the index knows. */
        COINS,
        /** The index too, from the block files: a {@link BlockImport} reads them. */
        INDEX
    }

    /**
     * Removal of old block files. The last 288 blocks always stay.
     *
     * @param enabled whether files may be removed at all
     * @param targetBytes size to keep block and undo files under; {@link Long#MAX_VALUE} to remove on request only
     */
    public record Prune(boolean enabled, long targetBytes) {
        public static final Prune NONE = new Prune(false, Long.MAX_VALUE);
        public static final Prune MANUAL = new Prune(true, Long.MAX_VALUE);
    }

    public ChainOptions(ChainParams params) {
        this(params, DEFAULT_CACHE_BYTES, true, Prune.NONE, BlockFiles.MAX_FILE_BYTES, Rebuild.NOTHING);
    }

    /** Coins are written in batches of about so many bytes: less than the cache, for a split write to be tested. */
    int coinsBatchBytes() {
        return Math.clamp(coinsCacheBytes / 8, 1, ChainStore.BATCH_BYTES);
    }

    public ChainOptions withCoinsCacheBytes(long bytes) {
        return new ChainOptions(params, bytes, obfuscateBlocks, prune, maxBlockFileBytes, rebuild);
    }

    public ChainOptions withObfuscateBlocks(boolean obfuscate) {
        return new ChainOptions(params, coinsCacheBytes, obfuscate, prune, maxBlockFileBytes, rebuild);
    }

    public ChainOptions withPrune(Prune pruning) {
        return new ChainOptions(params, coinsCacheBytes, obfuscateBlocks, pruning, maxBlockFileBytes, rebuild);
    }

    public ChainOptions withMaxBlockFileBytes(int bytes) {
        return new ChainOptions(params, coinsCacheBytes, obfuscateBlocks, prune, bytes, rebuild);
    }

    public ChainOptions withRebuild(Rebuild again) {
        return new ChainOptions(params, coinsCacheBytes, obfuscateBlocks, prune, maxBlockFileBytes, again);
    }
}
