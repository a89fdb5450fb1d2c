package org.starling.wallet.book;

import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;

/** What people wrote beside addresses and coins: labels, frozen coins; and which addresses are spent from. */
final class AddressNotes {
    private final KeyValueStore store;
    private final Map<Bytes, Label> labels = new TreeMap<>();
    private final Set<Bytes> used = new TreeSet<>();

    /** Coins that are not spent by themselves, and whether a restart keeps them so. */
    private final Map<OutPoint, Boolean> frozen = new TreeMap<>();

    AddressNotes(KeyValueStore store) {
        this.store = store;
    }

    void load() {
        try {
            scan(WalletRecords.ADDRESS, (name, value) -> {
                ByteReader reader = new ByteReader(value);
                labels.put(name, new Label(WalletRecords.text(reader), reader.u8() == 1));
            });
            scan(WalletRecords.USED, (name, value) -> used.add(name));
            scan(WalletRecords.FROZEN, (name, value) -> frozen.put(OutPoint.read(name.reader()), true));
        } catch (MalformedException e) {
            throw WalletRecords.damaged("a label", e);
        }
    }

    private interface Taker {
        void take(Bytes name, byte[] value) throws MalformedException;
    }

    private void scan(byte kind, Taker taker) throws MalformedException {
        MalformedException[] failure = new MalformedException[1];
        store.scan(WalletRecords.key(kind), (key, value) -> {
            try {
                taker.take(Bytes.wrap(key).from(1), value);
                return true;
            } catch (MalformedException e) {
                failure[0] = e;
                return false;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    void put(Batch batch, Bytes script, Label label) {
        labels.put(script, label);
        ByteWriter writer = new ByteWriter();
        WalletRecords.text(writer, label.text());
        batch.put(
                WalletRecords.key(WalletRecords.ADDRESS, script),
                writer.u8(label.receiving() ? 1 : 0).toArray());
    }

    /** What the script's address is called; null if it is in nobody's list: change, say. */
    @Nullable
    Label label(Bytes script) {
        return labels.get(script);
    }

    Map<Bytes, Label> labels() {
        return labels;
    }

    SortedSet<String> names(@Nullable Boolean receiving) {
        SortedSet<String> names = new TreeSet<>();
        for (Label label : labels.values()) {
            if (receiving == null || label.receiving() == receiving) {
                names.add(label.text());
            }
        }
        return names;
    }

    void markUsed(Batch batch, Bytes script) {
        if (used.add(script)) {
            batch.put(WalletRecords.key(WalletRecords.USED, script), new byte[0]);
        }
    }

    boolean isUsed(Bytes script) {
        return used.contains(script);
    }

    Set<Bytes> used() {
        return used;
    }

    void freeze(Batch batch, OutPoint coin, boolean keep) {
        frozen.put(coin, keep);
        if (keep) {
            batch.put(WalletRecords.key(WalletRecords.FROZEN, coin), new byte[0]);
        }
    }

    boolean thaw(Batch batch, OutPoint coin) {
        Boolean kept = frozen.remove(coin);
        if (kept != null && kept) {
            batch.delete(WalletRecords.key(WalletRecords.FROZEN, coin));
        }
        return kept != null;
    }

    Set<OutPoint> frozen() {
        return frozen.keySet();
    }

    boolean isKept(OutPoint coin) {
        return frozen.getOrDefault(coin, false);
    }
}
