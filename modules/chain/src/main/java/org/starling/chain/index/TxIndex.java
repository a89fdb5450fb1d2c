package org.starling.chain.index;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Transaction;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.Lane;

/**
 * Where each transaction stands that was in the active chain, but for that of genesis, which no one can spend.
 *
 * <pre>
 *   t + txid   height, first four bytes of the block hash, place among the block's transactions, byte within the
 *              serialized block, length
 * </pre>
 */
public final class TxIndex extends ChainIndex {
    public static final String NAME = "txindex";

    public TxIndex(Chain chain, KeyValueStore store, Lane lane) {
        super(NAME, chain, store, lane);
    }

    /**
     * A transaction in its block.
     *
     * @param place among the block's transactions
     */
    public record Found(BlockEntry block, int place, Transaction transaction) {}

    @Override
    void add(Batch batch, BlockEntry entry, Block block, BlockUndo undo) {
        if (entry.height() == 0) {
            return;
        }
        List<Transaction> transactions = block.transactions();
        int at = BlockHeader.BYTES + ByteWriter.compactSizeLength(transactions.size());
        for (int place = 0; place < transactions.size(); place++) {
            Transaction transaction = transactions.get(place);
            batch.put(
                    key(transaction.txid()),
                    new ByteWriter(20)
                            .compactSize(entry.height())
                            .i32(mark(entry))
                            .compactSize(place)
                            .compactSize(at)
                            .compactSize(transaction.totalLength())
                            .toArray());
            at += transaction.totalLength();
        }
    }

    private static byte[] key(Hash256 txid) {
        return new ByteWriter(1 + Hash256.BYTES).u8('t').hash256(txid).toArray();
    }

    private static int mark(BlockEntry entry) {
        return (int) entry.hash().word(0);
    }

    /** The transaction in the block that was last active of those that have it; null for none. From any thread. */
    public @Nullable Found find(Hash256 txid) {
        byte[] value = store().get(key(txid));
        if (value == null) {
            return null;
        }
        try {
            ByteReader reader = new ByteReader(value);
            int height = reader.compactSize();
            BlockEntry entry = block(height, reader.i32());
            int place = reader.compactSize();
            int at = reader.compactSize();
            int length = reader.compactSize();
            if (entry == null || !entry.hasBlock()) {
                return null; // lost in a crash, and not there again yet
            }
            Transaction transaction = Transaction.parse(chain().readBlockPart(entry, at, length));
            return transaction.txid().equals(txid) ? new Found(entry, place, transaction) : null;
        } catch (MalformedException e) {
            throw damaged("transaction " + txid, e);
        }
    }

    private @Nullable BlockEntry block(int height, int mark) {
        BlockEntry active = chain().tree().activeAt(height);
        if (active != null && mark(active) == mark) {
            return active;
        }
        return chain().tree().at(height).stream()
                .filter(entry -> mark(entry) == mark)
                .findFirst()
                .orElse(null);
    }
}
