package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;

/**
 * A transaction.
 *
 * @param withWitness whether it is written with its witness (BIP-0144)
 */
public record TxMessage(Transaction transaction, boolean withWitness) implements Message {
    public static final String TYPE = "tx";

    public static TxMessage read(ByteReader reader) throws MalformedException {
        return new TxMessage(Transaction.read(reader), true);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.bytes(withWitness ? transaction.serialized() : transaction.stripped());
    }
}
