package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/**
 * One of the maps that a PSBT is made of: fields, known or not, by their keys, of which none occurs twice. A key is a
 * type (CompactSize) and what that type takes for key data. Immutable.
 */
public final class PsbtMap {
    static final PsbtMap EMPTY = new PsbtMap(new TreeMap<>());

    private final SortedMap<Bytes, Bytes> fields;

    private PsbtMap(SortedMap<Bytes, Bytes> fields) {
        this.fields = Collections.unmodifiableSortedMap(fields);
    }

    /** Reads up to the separator. {@code what} names the map in errors. */
    static PsbtMap read(ByteReader reader, String what, FieldRules rules) throws MalformedException {
        SortedMap<Bytes, Bytes> fields = new TreeMap<>();
        while (reader.hasRemaining()) {
            Bytes key = reader.varBytes().compact();
            if (key.isEmpty()) {
                return new PsbtMap(fields);
            }
            Bytes value = reader.varBytes().compact();
            rules.check(key, value);
            if (fields.put(key, value) != null) {
                throw new MalformedException("Duplicate key " + key.hex() + " in the " + what);
            }
        }
        throw new MalformedException("Separator is missing at the end of the " + what);
    }

    /** Writes the fields in this order of their keys, and the separator. */
    void write(ByteWriter writer, Comparator<Bytes> order) {
        fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(order))
                .forEach(field -> writer.varBytes(field.getKey()).varBytes(field.getValue()));
        writer.u8(0);
    }

    /** The key of that type (below 253) with this data. */
    static Bytes key(int type, Bytes data) {
        return Bytes.concat(Bytes.copyOf((byte) type), data);
    }

    /** All fields by their whole keys. */
    public Map<Bytes, Bytes> fields() {
        return fields;
    }

    /** The fields of some software's own (BIP-0174). */
    public List<Proprietary> proprietary() {
        List<Proprietary> found = new ArrayList<>();
        all(FieldRules.PROPRIETARY).forEach((data, value) -> found.add(Proprietary.read(data, value)));
        return found;
    }

    boolean has(int type) {
        return get(type) != null;
    }

    /** The value of the field of that type without key data, or null. */
    @Nullable
    Bytes get(int type) {
        return fields.get(key(type, Bytes.EMPTY));
    }

    @Nullable
    Bytes get(int type, Bytes data) {
        return fields.get(key(type, data));
    }

    /** The fields of that type by their key data. */
    SortedMap<Bytes, Bytes> all(int type) {
        SortedMap<Bytes, Bytes> found = new TreeMap<>();
        fields.subMap(key(type, Bytes.EMPTY), Bytes.copyOf((byte) (type + 1)))
                .forEach((key, value) -> found.put(key.from(1), value));
        return found;
    }

    PsbtMap with(int type, Bytes value) {
        return with(type, Bytes.EMPTY, value);
    }

    PsbtMap with(int type, Bytes data, Bytes value) {
        SortedMap<Bytes, Bytes> changed = new TreeMap<>(fields);
        changed.put(key(type, data), value);
        return new PsbtMap(changed);
    }

    /** Without the fields of that type. */
    PsbtMap without(int type) {
        return only(key -> key.unsigned(0) != type);
    }

    /** The fields whose keys are so. */
    PsbtMap only(Predicate<Bytes> wanted) {
        SortedMap<Bytes, Bytes> kept = new TreeMap<>(fields);
        kept.keySet().removeIf(key -> !wanted.test(key));
        return new PsbtMap(kept);
    }

    /** The fields of both; of those that both have, this one's. */
    PsbtMap join(PsbtMap other) {
        SortedMap<Bytes, Bytes> joined = new TreeMap<>(other.fields);
        joined.putAll(fields);
        return new PsbtMap(joined);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof PsbtMap other && fields.equals(other.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
