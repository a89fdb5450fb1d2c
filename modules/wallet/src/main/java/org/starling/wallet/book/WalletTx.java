package org.starling.wallet.book;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;

/**
 * A transaction that concerns a wallet.
 *
 * @param received when the wallet first saw it, in seconds since 1970
 * @param time what is shown as its time: as {@code received}, but not later than its block says nor before older ones
 * @param order its place among the wallet's transactions
 * @param notes what is written beside it, by the names of {@link Note}
 */
public record WalletTx(
        Transaction transaction, TxState state, long received, long time, long order, SortedMap<String, String> notes) {
    private static final int FORMAT = 1;

    public WalletTx {
        notes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(notes));
    }

    /** The names of notes. */
    public static final class Note {
        public static final String COMMENT = "comment";
        public static final String TO = "to";
        public static final String REPLACES = "replaces_txid";
        public static final String REPLACED_BY = "replaced_by_txid";

        private Note() {}
    }

    public Hash256 txid() {
        return transaction.txid();
    }

    public String note(String name) {
        return notes.getOrDefault(name, "");
    }

    WalletTx with(TxState changed) {
        return new WalletTx(transaction, changed, received, time, order, notes);
    }

    WalletTx with(String name, String note) {
        TreeMap<String, String> changed = new TreeMap<>(notes);
        changed.put(name, note);
        return new WalletTx(transaction, state, received, time, order, changed);
    }

    /** The same transaction with the witness that another copy of it has. */
    WalletTx with(Transaction sameId) {
        return new WalletTx(sameId, state, received, time, order, notes);
    }

    WalletTx at(long changedTime) {
        return new WalletTx(transaction, state, received, changedTime, order, notes);
    }

    public boolean isAbandoned() {
        return state instanceof TxState.Inactive(boolean abandoned) && abandoned;
    }

    byte[] encode() {
        ByteWriter writer = new ByteWriter(transaction.totalLength() + 128).u8(FORMAT);
        writer.varBytes(transaction.serialized());
        state.write(writer);
        writer.i64(received).i64(time).i64(order).compactSize(notes.size());
        for (Map.Entry<String, String> note : notes.entrySet()) {
            WalletRecords.text(writer, note.getKey());
            WalletRecords.text(writer, note.getValue());
        }
        return writer.toArray();
    }

    static WalletTx decode(byte[] value) throws MalformedException {
        ByteReader reader = new ByteReader(value);
        int format = reader.u8();
        if (format != FORMAT) {
            throw new MalformedException("a transaction's format is " + format);
        }
        Bytes raw = reader.varBytes();
        Transaction transaction = Transaction.parse(raw);
        TxState state = TxState.read(reader);
        long received = reader.i64();
        long time = reader.i64();
        long order = reader.i64();
        TreeMap<String, String> notes = new TreeMap<>();
        for (int left = reader.count(2); left > 0; left--) {
            String name = WalletRecords.text(reader);
            notes.put(name, WalletRecords.text(reader));
        }
        return new WalletTx(transaction, state, received, time, order, notes);
    }
}
