package org.starling.wallet.psbt;

import java.util.Map;
import java.util.TreeMap;
import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.crypto.PublicKeys;

/** What the known fields of one kind of map must look like. Fields of other types may be anything. */
final class FieldRules {
    static final int PROPRIETARY = 0xfc;
    private static final int HASH_BYTES = 32;
    private static final int STEP_BYTES = 4;

    private final Map<Integer, Rule> byType = new TreeMap<>();

    private record Rule(String name, Check data, Check value) {}

    /** A demand on key data or on a value. */
    @FunctionalInterface
    interface Check {
        /** Throws with the name of the field in front if the bytes are not so. */
        void check(String name, Bytes bytes) throws MalformedException;
    }

    FieldRules() {
        add(PROPRIETARY, "Proprietary field", FieldRules::proprietary, ANY);
    }

    FieldRules add(int type, String name, Check data, Check value) {
        byType.put(type, new Rule(name, data, value));
        return this;
    }

    /** Whether fields with such keys are known, or proprietary. */
    boolean knows(Bytes key) {
        return byType.containsKey(key.unsigned(0));
    }

    void check(Bytes key, Bytes value) throws MalformedException {
        ByteReader reader = key.reader();
        long type = reader.compactSizeOfAnyRange();
        Rule rule = type >= 0 && type <= PROPRIETARY ? byType.get((int) type) : null;
        if (rule != null) {
            rule.data().check(rule.name() + " key", key.from(1));
            rule.value().check(rule.name(), value);
        }
    }

    static final Check ANY = (_, _) -> {};

    static final Check NONE = (name, bytes) -> {
        if (!bytes.isEmpty()) {
            throw new MalformedException(name + " is more than one byte type: " + bytes.hex() + " follows");
        }
    };

    static Check length(int length) {
        return length(length, length);
    }

    static Check length(int least, int most) {
        return (name, bytes) -> {
            if (bytes.length() < least || bytes.length() > most) {
                throw new MalformedException(name + " has " + bytes.length() + " bytes, not " + least
                        + (least == most ? "" : " to " + most));
            }
        };
    }

    static void publicKey(String name, Bytes bytes) throws MalformedException {
        boolean sized = bytes.length() == PublicKeys.COMPRESSED || bytes.length() == PublicKeys.UNCOMPRESSED;
        if (!sized || !PublicKeys.isValid(bytes)) {
            throw new MalformedException(name + " is no public key: " + bytes.hex());
        }
    }

    static void compressedKey(String name, Bytes bytes) throws MalformedException {
        length(PublicKeys.COMPRESSED).check(name, bytes);
        publicKey(name, bytes);
    }

    /** One or more compressed keys. */
    static void compressedKeys(String name, Bytes bytes) throws MalformedException {
        if (bytes.isEmpty() || bytes.length() % PublicKeys.COMPRESSED != 0) {
            throw new MalformedException(name + " has " + bytes.length() + " bytes, which are no list of keys");
        }
        for (int at = 0; at < bytes.length(); at += PublicKeys.COMPRESSED) {
            publicKey(name, bytes.slice(at, at + PublicKeys.COMPRESSED));
        }
    }

    /** Two compressed keys, perhaps with a leaf's hash. */
    static void musigKey(String name, Bytes bytes) throws MalformedException {
        int keys = 2 * PublicKeys.COMPRESSED;
        if (bytes.length() != keys && bytes.length() != keys + HASH_BYTES) {
            throw new MalformedException(
                    name + " has " + bytes.length() + " bytes, not " + keys + " or " + (keys + HASH_BYTES));
        }
        compressedKeys(name, bytes.slice(0, keys));
    }

    static void transaction(String name, Bytes bytes) throws MalformedException {
        try {
            Transaction.parse(bytes);
        } catch (MalformedException e) {
            throw new MalformedException(name + " is no transaction: " + e.getMessage());
        }
    }

    static void output(String name, Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        TxOut.read(reader);
        expectEnd(name, reader);
    }

    static void witness(String name, Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        int count = reader.count(1);
        for (int i = 0; i < count; i++) {
            reader.varBytes();
        }
        expectEnd(name, reader);
    }

    /** Fingerprint and path. */
    static void origin(String name, Bytes bytes) throws MalformedException {
        if (bytes.isEmpty() || bytes.length() % STEP_BYTES != 0) {
            throw new MalformedException(name + " has an invalid length: " + bytes.length() + " bytes");
        }
    }

    /** Leaf hashes, fingerprint and path. */
    static void taprootOrigin(String name, Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        long hashes = bytes.isEmpty() ? -1 : reader.compactSizeOfAnyRange();
        if (hashes < 0 || hashes > reader.remaining() / HASH_BYTES) {
            throw new MalformedException(name + " has an invalid length");
        }
        reader.skip((int) hashes * HASH_BYTES);
        origin(name, reader.bytes(reader.remaining()));
    }

    /** A control block: one byte, the internal key, and a whole number of hashes. */
    static void controlBlock(String name, Bytes bytes) throws MalformedException {
        if (bytes.length() < 1 + HASH_BYTES || (bytes.length() - 1) % HASH_BYTES != 0) {
            throw new MalformedException(
                    name + " has a control block of " + bytes.length() + " bytes, not of 33 and a multiple of 32");
        }
    }

    static void leafScript(String name, Bytes bytes) throws MalformedException {
        if (bytes.isEmpty()) {
            throw new MalformedException(name + " must be at least 1 byte");
        }
    }

    static void number(String name, Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        reader.compactSizeOfAnyRange();
        expectEnd(name, reader);
    }

    private static void proprietary(String name, Bytes data) throws MalformedException {
        try {
            ByteReader reader = data.reader();
            reader.varBytes();
            reader.compactSizeOfAnyRange();
        } catch (MalformedException e) {
            throw new MalformedException(name + " lacks identifier or subtype: " + data.hex());
        }
    }

    private static void expectEnd(String name, ByteReader reader) throws MalformedException {
        if (reader.hasRemaining()) {
            throw new MalformedException(name + " has " + reader.remaining() + " bytes too many");
        }
    }
}
