package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the transactions of a compact block that the sender lacks (BIP-0152).
 *
 * @param indexes their places in the block, ascending
 */
public record GetBlockTransactions(Hash256 block, List<Integer> indexes) implements Message {
    public static final String TYPE = "getblocktxn";

    public GetBlockTransactions {
        indexes = List.copyOf(indexes);
    }

    public static GetBlockTransactions read(ByteReader reader) throws MalformedException {
        Hash256 block = reader.hash256();
        int count = reader.count(1);
        List<Integer> indexes = new ArrayList<>(Math.min(count, Indexes.GREATEST));
        int index = -1;
        for (int i = 0; i < count; i++) {
            index = Indexes.read(reader, index);
            indexes.add(index);
        }
        return new GetBlockTransactions(block, indexes);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.hash256(block).compactSize(indexes.size());
        int last = -1;
        for (int index : indexes) {
            writer.compactSize(index - last - 1);
            last = index;
        }
    }
}
