package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Transaction;
import org.starling.crypto.Sha256;
import org.starling.crypto.SipHash;

/**
 * A block in which transactions that the receiver probably has are named by short ids (BIP-0152, version 2).
 *
 * @param nonce makes the short ids of each sender different
 * @param shortIds six bytes for each transaction that is not given in full, in the order of the block
 * @param given transactions in full, in the order of the block
 */
public record CompactBlock(BlockHeader header, long nonce, Bytes shortIds, List<Given> given) implements Message {
    public static final String TYPE = "cmpctblock";

    private static final int SHORT_ID_BYTES = 6;
    private static final int MIN_TRANSACTION_BYTES = 10;

    /** @param index the transaction's place in the block, from 0 */
    public record Given(int index, Transaction transaction) {}

    public CompactBlock {
        given = List.copyOf(given);
    }

    /**
     * The block with some transactions given in full.
     *
     * @param inFull their places in the block, ascending; the coinbase's (0) among them, since nobody can have it
     */
    public static CompactBlock of(Block block, long nonce, List<Integer> inFull) {
        SipHash hasher = hasher(block.header(), nonce);
        List<Transaction> transactions = block.transactions();
        ByteWriter ids = new ByteWriter(SHORT_ID_BYTES * transactions.size());
        List<Given> given = new ArrayList<>();
        for (int i = 0; i < transactions.size(); i++) {
            if (given.size() < inFull.size() && inFull.get(given.size()) == i) {
                given.add(new Given(i, transactions.get(i)));
            } else {
                long id = hasher.hash(transactions.get(i).wtxid());
                ids.u32(id & 0xffffffffL).u16((int) (id >>> 32) & 0xffff);
            }
        }
        return new CompactBlock(block.header(), nonce, ids.toBytes(), given);
    }

    public static CompactBlock read(ByteReader reader) throws MalformedException {
        BlockHeader header = BlockHeader.read(reader);
        long nonce = reader.i64();
        Bytes shortIds = reader.bytes(SHORT_ID_BYTES * reader.count(SHORT_ID_BYTES));
        int count = reader.count(MIN_TRANSACTION_BYTES + 1);
        List<Given> given = new ArrayList<>(count);
        int index = -1;
        for (int i = 0; i < count; i++) {
            index = Indexes.read(reader, index);
            given.add(new Given(index, Transaction.read(reader)));
        }
        if (shortIds.length() / SHORT_ID_BYTES + count > Indexes.GREATEST) {
            throw new MalformedException("indexes overflowed 16 bits");
        }
        return new CompactBlock(header, nonce, shortIds, given);
    }

    /** The keyed hash whose low 48 bits, of a wtxid, are its short id. */
    public static SipHash hasher(BlockHeader header, long nonce) {
        ByteWriter writer = new ByteWriter(BlockHeader.BYTES + Long.BYTES);
        header.write(writer);
        writer.i64(nonce);
        Hash256 key = Sha256.once(writer.toBytes());
        return new SipHash(key.word(0), key.word(1));
    }

    public static long shortId(SipHash hasher, Hash256 wtxid) {
        return hasher.hash(wtxid) & 0xffff_ffff_ffffL;
    }

    public int shortIdCount() {
        return shortIds.length() / SHORT_ID_BYTES;
    }

    public long shortId(int number) {
        long id = 0;
        for (int i = SHORT_ID_BYTES - 1; i >= 0; i--) {
            id = id << 8 | shortIds.unsigned(number * SHORT_ID_BYTES + i);
        }
        return id;
    }

    /** Transactions in the block. */
    public int transactionCount() {
        return shortIdCount() + given.size();
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        header.write(writer);
        writer.i64(nonce).compactSize(shortIdCount()).bytes(shortIds).compactSize(given.size());
        int last = -1;
        for (Given one : given) {
            writer.compactSize(one.index - last - 1).bytes(one.transaction.serialized());
            last = one.index;
        }
    }
}
