package org.starling.crypto;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * The library's form of public keys seen lately. Parsing a compressed key takes a square root, a ninth of a signature's
 * verification, and the inputs of a block use many a key again. Each key has one slot, which the next key there takes
 * over. Any number of threads may use it: entries are immutable, and one lost to a race costs a square root.
 */
final class ParsedKeys {
    /** Keys remembered of each form: some 3 MiB. */
    static final int SLOTS = 1 << 14;

    private static final @Nullable Entry[] COMPRESSED = new Entry[SLOTS];
    private static final @Nullable Entry[] X_ONLY = new Entry[SLOTS];

    private ParsedKeys() {}

    private record Entry(Bytes key, Bytes parsed) {}

    /** For a key of 33 or 65 bytes; null if it is no point. */
    static @Nullable Bytes of(Bytes key) {
        // A key that is not compressed is cheap to parse.
        return key.length() == PublicKeys.COMPRESSED ? find(COMPRESSED, key) : wrap(PublicKeys.parse(key));
    }

    /** For a key of 32 bytes; null if it is no point. */
    static @Nullable Bytes ofXOnly(Bytes key) {
        return find(X_ONLY, key);
    }

    private static @Nullable Bytes find(@Nullable Entry[] entries, Bytes key) {
        int last = key.length() - 1;
        int slot = (key.unsigned(last) | key.unsigned(last - 1) << 8) & SLOTS - 1;
        Entry entry = entries[slot];
        if (entry != null && entry.key.equals(key)) {
            return entry.parsed;
        }
        boolean compressed = key.length() == PublicKeys.COMPRESSED;
        Bytes parsed = wrap(compressed ? PublicKeys.parse(key) : PublicKeys.parseXOnly(key));
        if (parsed != null) {
            entries[slot] = new Entry(key.compact(), parsed);
        }
        return parsed;
    }

    private static @Nullable Bytes wrap(byte @Nullable [] parsed) {
        return parsed == null ? null : Bytes.wrap(parsed);
    }
}
