package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** A block with its serialization kept beside the parsed transactions. Equal if the serializations are. */
public final class Block {
    /** Bytes of the smallest transaction that parses. */
    private static final int MIN_TRANSACTION_BYTES = 10;

    private final BlockHeader header;
    private final Hash256 hash;
    private final List<Transaction> transactions;
    private final Bytes serialized;

    private Block(BlockHeader header, Hash256 hash, List<Transaction> transactions, Bytes serialized) {
        this.header = header;
        this.hash = hash;
        this.transactions = transactions;
        this.serialized = serialized;
    }

    public static Block of(BlockHeader header, List<Transaction> transactions) {
        ByteWriter writer = new ByteWriter(BlockHeader.BYTES
                + 9
                + transactions.stream().mapToInt(Transaction::totalLength).sum());
        header.write(writer);
        writer.compactSize(transactions.size());
        transactions.forEach(transaction -> writer.bytes(transaction.serialized()));
        return new Block(header, header.hash(), List.copyOf(transactions), writer.toBytes());
    }

    public static Block read(ByteReader reader) throws MalformedException {
        int start = reader.position();
        BlockHeader header = BlockHeader.read(reader);
        int count = reader.count(MIN_TRANSACTION_BYTES);
        List<Transaction> transactions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            transactions.add(Transaction.read(reader));
        }
        return new Block(header, header.hash(), List.copyOf(transactions), reader.since(start));
    }

    /** Reads a block that fills the bytes exactly. */
    public static Block parse(Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        Block block = read(reader);
        reader.expectEnd();
        return block;
    }

    public BlockHeader header() {
        return header;
    }

    public Hash256 hash() {
        return hash;
    }

    public List<Transaction> transactions() {
        return transactions;
    }

    /** With witnesses (BIP-0144). */
    public Bytes serialized() {
        return serialized;
    }

    /** Bytes of {@link #serialized()}. */
    public int totalLength() {
        return serialized.length();
    }

    /** Bytes without witnesses. */
    public int strippedLength() {
        int length = BlockHeader.BYTES + ByteWriter.compactSizeLength(transactions.size());
        for (Transaction transaction : transactions) {
            length += transaction.strippedLength();
        }
        return length;
    }

    /** Weight units (BIP-0141). */
    public int weight() {
        return 3 * strippedLength() + totalLength();
    }

    @Override
    public boolean equals(Object object) {
        return object == this || object instanceof Block other && serialized.equals(other.serialized);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    @Override
    public String toString() {
        return hash.toString();
    }
}
