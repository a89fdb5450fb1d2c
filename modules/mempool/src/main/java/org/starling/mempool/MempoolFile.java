package org.starling.mempool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;

/**
 * What a mempool held, as it is kept over a restart in Bitcoin Core's {@code mempool.dat}: a version, from 2 on a key of 8
 * bytes by which all that follows is obfuscated, the transactions, what operators added to the fees of others, and which
 * transactions nobody has fetched yet.
 *
 * @param entries parents before their children
 * @param feeDeltas in satoshis, of transactions that were not there
 */
public record MempoolFile(List<Stored> entries, Map<Hash256, Long> feeDeltas, List<Hash256> unbroadcast) {
    private static final int VERSION_PLAIN = 1;
    private static final int VERSION = 2;
    private static final int KEY_BYTES = 8;
    private static final int VERSION_BYTES = 8;

    /** Fewest bytes of a stored transaction: version, no inputs, no outputs, locktime; then a time and a fee. */
    private static final int LEAST_STORED_BYTES = 10 + 16;

    /**
     * A transaction.
     *
     * @param time when it was accepted, in seconds since 1970
     * @param feeDelta what an operator added to its fee, in satoshis
     */
    public record Stored(Transaction transaction, long time, long feeDelta) {}

    public MempoolFile {
        entries = List.copyOf(entries);
        feeDeltas = new LinkedHashMap<>(feeDeltas);
        unbroadcast = List.copyOf(unbroadcast);
    }

    /** What the mempool holds now. */
    public static MempoolFile of(Mempool mempool) {
        Map<Hash256, Long> deltas = mempool.feeDeltas();
        List<Stored> entries = new ArrayList<>();
        for (MempoolEntry entry : mempool.entries()) {
            deltas.remove(entry.txid());
            entries.add(new Stored(entry.transaction(), entry.time(), entry.modifiedFee() - entry.fee()));
        }
        return new MempoolFile(sorted(mempool, entries), deltas, mempool.unbroadcast());
    }

    // After a reorganisation a child may be older than its parent.
    private static List<Stored> sorted(Mempool mempool, List<Stored> entries) {
        Map<Hash256, Integer> ancestors = new LinkedHashMap<>();
        mempool.entries().forEach(entry -> ancestors.put(entry.txid(), entry.ancestorCount()));
        List<Stored> sorted = new ArrayList<>(entries);
        sorted.sort((left, right) -> Integer.compare(
                ancestors.getOrDefault(left.transaction().txid(), 0),
                ancestors.getOrDefault(right.transaction().txid(), 0)));
        return sorted;
    }

    /** Reads the whole file. */
    public static MempoolFile read(Bytes file) throws MalformedException {
        ByteReader head = file.reader();
        long version = head.i64();
        if (version != VERSION && version != VERSION_PLAIN) {
            throw new MalformedException("mempool file of version " + version + ", which is not known");
        }
        ByteReader reader = head;
        if (version == VERSION) {
            Bytes key = head.varBytes(KEY_BYTES);
            byte[] plain = file.toArray();
            obfuscate(plain, head.position(), key);
            reader = Bytes.wrap(plain).reader();
            reader.skip(head.position());
        }
        long count = reader.i64();
        if (count < 0 || count > reader.remaining() / LEAST_STORED_BYTES) {
            throw new MalformedException("mempool file of " + count + " transactions, for which it is too short");
        }
        List<Stored> entries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            entries.add(new Stored(Transaction.read(reader), reader.i64(), reader.i64()));
        }
        Map<Hash256, Long> deltas = new LinkedHashMap<>();
        for (int left = reader.count(Hash256.BYTES + 8); left > 0; left--) {
            deltas.put(reader.hash256(), reader.i64());
        }
        List<Hash256> unbroadcast = new ArrayList<>();
        for (int left = reader.count(Hash256.BYTES); left > 0; left--) {
            unbroadcast.add(reader.hash256());
        }
        return new MempoolFile(entries, deltas, unbroadcast);
    }

    /** The whole file, obfuscated by a key of 8 bytes so that no transaction looks like a virus to a scanner. */
    public Bytes write(Bytes key) {
        ByteWriter writer = new ByteWriter().i64(VERSION).varBytes(key);
        int plain = VERSION_BYTES + 1 + key.length();
        writer.i64(entries.size());
        for (Stored stored : entries) {
            writer.bytes(stored.transaction().serialized()).i64(stored.time()).i64(stored.feeDelta());
        }
        writer.compactSize(feeDeltas.size());
        feeDeltas.forEach((txid, delta) -> writer.hash256(txid).i64(delta));
        writer.compactSize(unbroadcast.size());
        unbroadcast.forEach(writer::hash256);
        byte[] file = writer.toBytes().toArray();
        obfuscate(file, plain, key);
        return Bytes.wrap(file);
    }

    private static void obfuscate(byte[] file, int from, Bytes key) {
        for (int i = from; i < file.length && !key.isEmpty(); i++) {
            file[i] ^= key.get(i % key.length());
        }
    }
}
