package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockBuilder;
import org.starling.consensus.ChainParams;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.world.KeyValueStore;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.SameThreadWorkers;
import org.starling.world.SeededRandomness;

/** A regtest chain on a disk in memory, and blocks to feed it. */
final class TestChain {
    static final ChainParams PARAMS = ChainParams.regtest();
    static final long NOW = PARAMS.genesis().header().time() + 1_000_000;
    static final Bytes ANYONE = Bytes.fromHex("51");

    final MemoryDisk disk;
    final MemoryFileStore files;
    final KeyValueStore store;
    ChainOptions options;
    Chain chain;
    final List<String> events = new ArrayList<>();

    TestChain(long seed) {
        this(seed, new ChainOptions(PARAMS));
    }

    TestChain(long seed, ChainOptions options) {
        this.disk = new MemoryDisk(new SeededRandomness(seed));
        this.files = new MemoryFileStore(disk);
        this.store = new MemoryKeyValueStore(disk);
        this.options = options;
        open();
    }

    /** Opens (again) what is on the disk. */
    TestChain open() {
        chain = Chain.open(options, store, files, new SameThreadWorkers(), new SeededRandomness(7), NOW);
        chain.addListener(new ChainListener() {
            @Override
            public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
                events.add("+" + entry.height());
            }

            @Override
            public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
                events.add("-" + entry.height());
            }
        });
        new BlockImport(chain, new SameThreadWorkers(), NOW).finish();
        return this;
    }

    BlockEntry tip() {
        return chain.tree().tip();
    }

    int height() {
        return tip().height();
    }

    /** Hands the block over, as one that was asked for. */
    Acceptance give(Block block) {
        return chain.processBlock(block, true, NOW, true);
    }

    /** Mines a block on the tip and hands it over. */
    Block mine(Transaction... transactions) {
        Block block = block(tip(), 0, transactions);
        give(block);
        return block;
    }

    void mineMany(int count) {
        for (int i = 0; i < count; i++) {
            mine();
        }
    }

    /** A solved block. Different salts give different blocks. */
    static Block block(HeaderView previous, int salt, Transaction... transactions) {
        BlockBuilder builder = new BlockBuilder(previous, PARAMS)
                .payTo(ANYONE)
                .extraNonce(new ByteWriter(4).i32(salt).toBytes());
        for (Transaction transaction : transactions) {
            builder.add(transaction, 0);
        }
        return solved(builder.build());
    }

    static Block solved(Block block) {
        return Objects.requireNonNull(BlockBuilder.solve(block, PARAMS, 10_000));
    }

    /** Blocks one on the other, none handed over. */
    static List<Block> branch(BlockEntry from, int count, int salt) {
        List<Block> blocks = new ArrayList<>();
        HeaderTree scratch = new HeaderTree(PARAMS.genesis().header());
        BlockEntry at = scratch.genesis();
        for (int height = 1; height <= from.height(); height++) {
            BlockEntry known = Objects.requireNonNull(from.ancestor(height));
            at = scratch.add(known.header(), known.hash(), at);
        }
        for (int i = 0; i < count; i++) {
            Block block = block(at, salt);
            blocks.add(block);
            at = scratch.add(block.header(), block.hash(), at);
        }
        return blocks;
    }

    /** A transaction that spends outputs anyone can spend, to one of the same kind and one that names {@code salt}. */
    static Transaction spend(long value, int salt, OutPoint... outPoints) {
        List<TxIn> inputs = new ArrayList<>();
        for (OutPoint outPoint : outPoints) {
            inputs.add(new TxIn(outPoint, Bytes.EMPTY, TxIn.SEQUENCE_FINAL));
        }
        Bytes mark = new ByteWriter().u8(0x6a).u8(4).i32(salt).toBytes();
        return Transaction.of(2, inputs, List.of(new TxOut(value, ANYONE), new TxOut(0, mark)), 0);
    }

    static OutPoint coinbaseOf(Block block) {
        return block.transactions().getFirst().outPoint(0);
    }

    /** What the coins are, as one hash: their statistics after a flush. */
    Hash256 coinsHash() {
        return CoinStatistics.compute(chain, CoinStatistics.HashType.SERIALIZED_3)
                .hash();
    }
}
