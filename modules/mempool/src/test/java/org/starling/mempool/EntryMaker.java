package org.starling.mempool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Sha256;

/** Makes entries that pay what is asked, are as large as is asked, and spend from those named, and puts them in a graph. */
final class EntryMaker {
    private static final int OUTPUTS = 30;
    private static final List<TxOut> SOME_OUTPUTS = Collections.nCopies(OUTPUTS, new TxOut(1, Bytes.EMPTY));

    final EntryGraph graph = new EntryGraph();
    private final Map<Entry, Integer> spent = new HashMap<>();
    private int fresh;

    Entry add(long fee, int size, Entry... parents) {
        return add(fee, size, List.of(parents));
    }

    Entry add(long fee, int size, List<Entry> parents) {
        List<TxIn> inputs = new ArrayList<>();
        inputs.add(input(new OutPoint(Sha256.once(new ByteWriter().i32(fresh++).toBytes()), 0)));
        for (Entry parent : parents) {
            inputs.add(input(parent.transaction.outPoint(spent.merge(parent, 1, Integer::sum) - 1)));
        }
        return add(Transaction.of(2, inputs, SOME_OUTPUTS, 0), fee, size);
    }

    /** One that was removed comes back, perhaps below children that stayed. */
    Entry addAgain(Entry removed) {
        Entry entry = add(removed.transaction, removed.fee, removed.virtualSize);
        spent.put(entry, OUTPUTS);
        return entry;
    }

    private Entry add(Transaction transaction, long fee, int size) {
        Entry entry = new Entry(transaction, fee, 0, 1_000, 1, 1, 4, size, false);
        graph.add(entry);
        return entry;
    }

    private static TxIn input(OutPoint from) {
        return new TxIn(from, Bytes.EMPTY, -1);
    }

    /** Whether another entry may spend from it. */
    boolean hasRoom(Entry entry) {
        return spent.getOrDefault(entry, 0) < OUTPUTS - 1;
    }
}
