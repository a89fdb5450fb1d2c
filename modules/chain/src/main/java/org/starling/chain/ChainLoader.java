package org.starling.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.world.FileStore;
import org.starling.world.KeyValueStore;
import org.starling.world.Randomness;
import org.starling.world.StorageException;

/**
 * Reads the chain from the stores. Coins that a crash left written in part are completed here: from the old block's
 * coins, of which some are the new block's already, by undoing blocks to where the two meet and applying those up to
 * the new one. Both can be done to coins that have it done in part.
 */
final class ChainLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ChainLoader.class);

    private static final String ADVICE =
            "; start with -reindex to build the index again from the blocks that are there.";

    private final ChainParams params;
    private final ChainOptions options;
    private final ChainStore store;
    private final BlockFiles blockFiles;
    private final HeaderTree tree;
    private final BlockIndex index;
    private final CoinsCache coins;
    private final BlockConnector connector;

    ChainLoader(ChainOptions options, KeyValueStore keyValueStore, FileStore files, Randomness randomness) {
        this.options = options;
        this.params = options.params();
        this.store = new ChainStore(keyValueStore);
        XorKey key = XorKey.load(files, options.obfuscateBlocks(), randomness.child("blocks-xor"));
        this.blockFiles = new BlockFiles(files, params.magic(), key, options.maxBlockFileBytes());
        this.tree = new HeaderTree(params.genesis().header());
        this.index = new BlockIndex(tree);
        this.coins = new CoinsCache(
                store, options.coinsBatchBytes(), randomness.child("coins").nextLong());
        this.connector = new BlockConnector(params, coins);
    }

    /**
     * The chain as it stands in the stores.
     *
     * @param reindexing whether the index is empty because it is built anew
     * @param flushedTip the block that the stored coins are at; null if there are none yet
     */
    record Loaded(
            ChainStore store,
            BlockFiles blockFiles,
            BlockIndex index,
            CoinsCache coins,
            BlockConnector connector,
            boolean pruned,
            boolean reindexing,
            @Nullable BlockEntry flushedTip) {}

    Loaded load() {
        boolean reindexing = options.rebuild() == ChainOptions.Rebuild.INDEX || store.isSet(ChainStore.REINDEXING);
        if (reindexing) {
            clearForReindex();
        } else if (options.rebuild() == ChainOptions.Rebuild.COINS || store.isRemovingCoins()) {
            LOG.info("Building the coins again from the blocks");
            store.wipeCoins();
        }
        store.fileInfos().forEach(blockFiles::load);
        loadEntries();
        BlockEntry flushedTip = loadTip();
        checkFiles();
        if (reindexing) {
            // What comes meanwhile goes into a file of its own.
            blockFiles.goBeyondExisting();
        }
        boolean pruned = store.isSet(ChainStore.PRUNED);
        return new Loaded(store, blockFiles, index, coins, connector, pruned, reindexing, flushedTip);
    }

    private void clearForReindex() {
        LOG.info("Building the index again from the block files");
        store.set(ChainStore.REINDEXING, true);
        store.wipe();
        FileStore files = blockFiles.files();
        int next = 0;
        for (String name : files.list("")) {
            Integer number = BlockFiles.numberOf(name);
            // After pruning, what comes behind a gap has no parents to be connected to.
            boolean useless = options.prune().enabled() && number != null && number != next++;
            if (useless || name.matches("rev[0-9]{5}\\.dat")) {
                files.delete(name);
            }
        }
    }

    private void loadEntries() {
        List<ChainStore.StoredEntry> stored = new ArrayList<>(store.entries());
        stored.sort(Comparator.comparingInt(ChainStore.StoredEntry::height));
        if (!stored.isEmpty() && !stored.getFirst().hash().equals(tree.genesis().hash())) {
            throw new StorageException("Incorrect or no genesis block found. Wrong datadir for network?");
        }
        for (ChainStore.StoredEntry one : stored) {
            BlockEntry entry = one.height() == 0 ? tree.genesis() : attach(one);
            entry.setStatus(one.status());
            entry.setTransactionCount(one.transactionCount());
            entry.setBlockPosition(one.file(), one.blockPosition());
            entry.setUndoPosition(one.undoPosition());
        }
    }

    private BlockEntry attach(ChainStore.StoredEntry one) {
        BlockEntry previous = tree.find(one.header().previous());
        if (previous == null || previous.height() != one.height() - 1) {
            throw new StorageException("The block index has no parent for block " + one.hash() + ADVICE);
        }
        return tree.add(one.header(), one.hash(), previous);
    }

    static List<BlockEntry> byHeight(HeaderTree tree) {
        List<BlockEntry> entries = new ArrayList<>(tree.all());
        entries.sort(Comparator.comparingInt(BlockEntry::height).thenComparing(BlockEntry::hash));
        return entries;
    }

    private @Nullable BlockEntry loadTip() {
        List<Hash256> heads = store.headBlocks();
        Hash256 best = heads == null ? store.bestBlock() : complete(heads.get(1), heads.get(0));
        if (best == null) {
            return null;
        }
        BlockEntry tip = entry(best);
        tree.setTip(tip);
        return tip;
    }

    private BlockEntry entry(Hash256 hash) {
        BlockEntry entry = tree.find(hash);
        if (entry == null) {
            throw new StorageException("The coins are those of block " + hash + ", which the index lacks" + ADVICE);
        }
        return entry;
    }

    private Hash256 complete(Hash256 oldBlock, Hash256 newBlock) {
        BlockEntry target = entry(newBlock);
        LOG.info("Completing the coins of block {}, which were written in part", target);
        BlockEntry fork = tree.genesis();
        if (!oldBlock.isZero()) {
            BlockEntry old = entry(oldBlock);
            fork = old.forkWith(target);
            for (BlockEntry at = old; at != fork; at = Objects.requireNonNull(at.previous())) {
                connector.undo(read(at), at, undo(at));
                makeRoom();
            }
        }
        for (int height = fork.height() + 1; height <= target.height(); height++) {
            BlockEntry at = Objects.requireNonNull(target.ancestor(height));
            connector.replay(read(at), at);
            makeRoom();
        }
        coins.finish(newBlock);
        return newBlock;
    }

    private void makeRoom() {
        if (coins.usedBytes() > options.coinsCacheBytes()) {
            coins.writeSome();
            coins.drop();
        }
    }

    private Block read(BlockEntry entry) {
        if (entry.hasBlock()) {
            try {
                return Block.parse(blockFiles.readBlock(entry.fileNumber(), entry.blockPosition()));
            } catch (MalformedException e) {
                throw new StorageException("Block " + entry + " is damaged on disk" + ADVICE, e);
            }
        }
        throw new StorageException("Block " + entry + " is needed to complete the coins, but not stored" + ADVICE);
    }

    private BlockUndo undo(BlockEntry entry) {
        if (entry.hasUndo()) {
            return blockFiles.readUndo(
                    entry.fileNumber(), entry.undoPosition(), entry.header().previous());
        }
        throw new StorageException("The undo data of block " + entry + " are needed, but not stored" + ADVICE);
    }

    /** That the files reach as far as the index says. */
    private void checkFiles() {
        Map<Integer, List<BlockEntry>> byFile = new HashMap<>();
        for (BlockEntry entry : tree.all()) {
            if (entry.hasBlock()) {
                byFile.computeIfAbsent(entry.fileNumber(), key -> new ArrayList<>())
                        .add(entry);
            }
        }
        byFile.forEach((number, entries) -> {
            entries.sort(Comparator.comparingInt(BlockEntry::blockPosition).reversed());
            for (BlockEntry entry : entries) {
                if (blockFiles.holdsBlock(number, entry.blockPosition())) {
                    break;
                }
                lost(entry, BlockFiles.blockFile(number), BlockEntry.HAS_BLOCK | BlockEntry.HAS_UNDO);
            }
            entries.removeIf(entry -> !entry.hasUndo());
            entries.sort(Comparator.comparingInt(BlockEntry::undoPosition).reversed());
            for (BlockEntry entry : entries) {
                if (blockFiles.holdsUndo(number, entry.undoPosition())) {
                    break;
                }
                lost(entry, BlockFiles.undoFile(number), BlockEntry.HAS_UNDO);
            }
        });
    }

    private void lost(BlockEntry entry, String file, int what) {
        if (entry.isAncestorOf(tree.tip())) {
            throw new StorageException("Block " + entry + " is missing from " + file + ", which is damaged" + ADVICE);
        }
        LOG.warn("Block {} is missing from {}; it will be fetched again", entry, file);
        index.change(entry, 0, what);
        if ((what & BlockEntry.HAS_BLOCK) != 0) {
            entry.setTransactionCount(0);
        }
    }
}
