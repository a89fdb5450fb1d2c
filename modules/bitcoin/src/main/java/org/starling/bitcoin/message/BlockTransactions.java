package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;

/** The transactions of a block that {@link GetBlockTransactions} asked for, in that order (BIP-0152). */
public record BlockTransactions(Hash256 block, List<Transaction> transactions) implements Message {
    public static final String TYPE = "blocktxn";

    private static final int MIN_TRANSACTION_BYTES = 10;

    public BlockTransactions {
        transactions = List.copyOf(transactions);
    }

    public static BlockTransactions read(ByteReader reader) throws MalformedException {
        Hash256 block = reader.hash256();
        int count = reader.count(MIN_TRANSACTION_BYTES);
        List<Transaction> transactions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            transactions.add(Transaction.read(reader));
        }
        return new BlockTransactions(block, transactions);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.hash256(block).compactSize(transactions.size());
        transactions.forEach(transaction -> writer.bytes(transaction.serialized()));
    }
}
