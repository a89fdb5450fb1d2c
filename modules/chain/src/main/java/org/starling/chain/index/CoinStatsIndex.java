package org.starling.chain.index;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.crypto.MuHash3072;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.Lane;

/**
 * Figures about the coins at each block that was in the active chain.
 *
 * <pre>
 *   s + height + block hash   the figures
 *   m + height + block hash   the hash over the coins in the form that goes on: at the end of each portion, and at every
 *                             block that a reorganisation may come back to
 * </pre>
 */
public final class CoinStatsIndex extends ChainIndex {
    public static final String NAME = "coinstatsindex";

    /** Blocks below the tip at each of which the index can go on. */
    private static final int STATES_BELOW_TIP = Chain.MIN_BLOCKS_TO_KEEP;

    // Of the lane: the figures at the block that was added last.
    private MuHash3072 muHash = new MuHash3072();
    private Figures figures = Figures.NONE;

    public CoinStatsIndex(Chain chain, KeyValueStore store, Lane lane) {
        super(NAME, chain, store, lane);
    }

    /**
     * The coins at a block. Amounts are in satoshis.
     *
     * @param outputs how many coins there are
     * @param bogoSize as {@link CoinStatistics#bogoSize()}
     * @param totalUnspendable what was ever made that no one can spend
     * @param muHash as {@link CoinStatistics.HashType#MUHASH}
     * @param change what the block itself did
     */
    public record Figures(
            long outputs, long bogoSize, long totalAmount, long totalUnspendable, Hash256 muHash, Change change) {
        static final Figures NONE = new Figures(0, 0, 0, 0, Hash256.ZERO, new Change(0, 0, 0, 0, 0, 0, 0));

        static Figures read(ByteReader reader) throws MalformedException {
            return new Figures(
                    reader.i64(),
                    reader.i64(),
                    reader.i64(),
                    reader.i64(),
                    reader.hash256(),
                    new Change(
                            reader.i64(),
                            reader.i64(),
                            reader.i64(),
                            reader.i64(),
                            reader.i64(),
                            reader.i64(),
                            reader.i64()));
        }

        void write(ByteWriter writer) {
            writer.i64(outputs).i64(bogoSize).i64(totalAmount).i64(totalUnspendable);
            writer.hash256(muHash);
            writer.i64(change.spent).i64(change.created).i64(change.coinbase);
            writer.i64(change.genesis).i64(change.overwritten).i64(change.scripts);
            writer.i64(change.unclaimed);
        }
    }

    /**
     * What one block did. Amounts are in satoshis.
     *
     * @param spent the coins that it spent
     * @param created spendable outputs of all transactions but the coinbase
     * @param coinbase spendable outputs of the coinbase
     * @param genesis what genesis made, which was never a coin
     * @param overwritten what a later equal coinbase overwrote (BIP-0030)
     * @param scripts outputs whose scripts no one can satisfy
     * @param unclaimed what the miner could have taken and did not
     */
    public record Change(
            long spent, long created, long coinbase, long genesis, long overwritten, long scripts, long unclaimed) {
        /** All that became unspendable in the block. */
        public long unspendable() {
            return genesis + overwritten + scripts + unclaimed;
        }
    }

    /** The figures at the block; null if it is not indexed (yet). From any thread. */
    public @Nullable Figures figures(BlockEntry entry) {
        byte[] value = store().get(key('s', entry));
        if (value == null) {
            return null;
        }
        try {
            return Figures.read(new ByteReader(value));
        } catch (MalformedException e) {
            throw damaged("block " + entry, e);
        }
    }

    @Override
    @Nullable
    BlockEntry resumeAt(BlockEntry entry) {
        for (BlockEntry at = entry; at != null; at = at.previous()) {
            byte[] state = store().get(key('m', at));
            if (state != null) {
                try {
                    muHash = MuHash3072.read(new ByteReader(state));
                } catch (MalformedException e) {
                    throw damaged("block " + at, e);
                }
                figures = Objects.requireNonNull(figures(at), "figures are written with the state");
                return at;
            }
        }
        muHash = new MuHash3072();
        figures = Figures.NONE;
        return null;
    }

    @Override
    void add(Batch batch, BlockEntry entry, Block block, BlockUndo undo) {
        Tally tally = new Tally(entry);
        if (entry.height() > 0) {
            List<Transaction> transactions = block.transactions();
            for (int i = 0; i < transactions.size(); i++) {
                tally.add(transactions.get(i), undo.spentBy(i));
            }
        }
        figures = tally.figures();
        ByteWriter writer = new ByteWriter(128);
        figures.write(writer);
        batch.put(key('s', entry), writer.toArray());
        if (entry.height() > chain().tree().tip().height() - STATES_BELOW_TIP) {
            putState(batch, entry);
        }
    }

    @Override
    void finish(Batch batch, BlockEntry last) {
        putState(batch, last);
    }

    private void putState(Batch batch, BlockEntry entry) {
        ByteWriter state = new ByteWriter(MuHash3072.STATE_BYTES);
        muHash.write(state);
        batch.put(key('m', entry), state.toArray());
    }

    /** Counts what a block does. */
    private final class Tally {
        private final BlockEntry entry;
        private final long subsidy;
        private long outputs;
        private long bogoSize;
        private long spent;
        private long created;
        private long coinbase;
        private long overwritten;
        private long scripts;

        Tally(BlockEntry entry) {
            this.entry = entry;
            this.subsidy = BlockRules.subsidy(entry.height(), chain().params());
        }

        void add(Transaction transaction, List<Coin> coins) {
            boolean fromCoinbase = transaction.isCoinbase();
            if (fromCoinbase && BlockRules.isOverwritten(entry.height(), entry.hash())) {
                overwritten += subsidy;
                return;
            }
            for (int i = 0; i < transaction.outputs().size(); i++) {
                make(transaction.outPoint(i), new Coin(transaction.outputs().get(i), entry.height(), fromCoinbase));
            }
            for (int i = 0; i < coins.size(); i++) {
                spend(transaction.inputs().get(i).previous(), coins.get(i));
            }
        }

        private void make(OutPoint outPoint, Coin coin) {
            TxOut output = coin.output();
            if (Script.isUnspendable(output.scriptPubKey())) {
                scripts += output.value();
                return;
            }
            muHash.add(CoinStatistics.serialized(outPoint, coin));
            outputs++;
            bogoSize += CoinStatistics.bogoSize(output.scriptPubKey());
            if (coin.coinbase()) {
                coinbase += output.value();
            } else {
                created += output.value();
            }
        }

        private void spend(OutPoint outPoint, Coin coin) {
            Bytes script = coin.output().scriptPubKey();
            muHash.remove(CoinStatistics.serialized(outPoint, coin));
            outputs--;
            bogoSize -= CoinStatistics.bogoSize(script);
            spent += coin.output().value();
        }

        Figures figures() {
            long genesis = entry.height() == 0 ? subsidy : 0;
            long unclaimed = spent + subsidy - created - coinbase - genesis - overwritten - scripts;
            Change change = new Change(spent, created, coinbase, genesis, overwritten, scripts, unclaimed);
            return new Figures(
                    figures.outputs + outputs,
                    figures.bogoSize + bogoSize,
                    figures.totalAmount + created + coinbase - spent,
                    figures.totalUnspendable + change.unspendable(),
                    muHash.hash(),
                    change);
        }
    }
}
