package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;

/**
 * What an output script is, by its form.
 *
 * @param solutions the parts that matter: the key, the hash or the witness program; for multisig the number of required
 *     signatures, the keys and the number of keys; for an unknown witness program its version and the program
 */
public record OutputScript(Type type, List<Bytes> solutions) {
    /** The forms, with the names that RPC results use. */
    public enum Type {
        NONSTANDARD("nonstandard"),
        PUBKEY("pubkey"),
        PUBKEYHASH("pubkeyhash"),
        SCRIPTHASH("scripthash"),
        MULTISIG("multisig"),
        NULLDATA("nulldata"),
        ANCHOR("anchor"),
        WITNESS_V0_KEYHASH("witness_v0_keyhash"),
        WITNESS_V0_SCRIPTHASH("witness_v0_scripthash"),
        WITNESS_V1_TAPROOT("witness_v1_taproot"),
        WITNESS_UNKNOWN("witness_unknown");

        private final String label;

        Type(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** Longest script that runs. */
    public static final int MAX_SCRIPT_BYTES = 10_000;

    private static final int OP_RETURN = 0x6a;
    private static final int OP_DUP = 0x76;
    private static final int OP_EQUAL = 0x87;
    private static final int OP_EQUALVERIFY = 0x88;
    private static final int OP_HASH160 = 0xa9;
    private static final int OP_CHECKSIG = 0xac;
    private static final int OP_CHECKMULTISIG = 0xae;

    private static final int MAX_MULTISIG_KEYS = 20;
    private static final int COMPRESSED_KEY_BYTES = 33;
    private static final int UNCOMPRESSED_KEY_BYTES = 65;

    public OutputScript {
        solutions = List.copyOf(solutions);
    }

    public static OutputScript of(Bytes script) {
        if (isP2sh(script)) {
            return new OutputScript(Type.SCRIPTHASH, List.of(script.slice(2, 22)));
        }
        int version = witnessVersion(script);
        if (version >= 0) {
            return ofWitnessProgram(version, script.from(2));
        }
        if (isNullData(script)) {
            return new OutputScript(Type.NULLDATA, List.of());
        }
        int length = script.length();
        if ((length == COMPRESSED_KEY_BYTES + 2 || length == UNCOMPRESSED_KEY_BYTES + 2)
                && script.unsigned(0) == length - 2
                && script.unsigned(length - 1) == OP_CHECKSIG
                && isKey(script.slice(1, length - 1))) {
            return new OutputScript(Type.PUBKEY, List.of(script.slice(1, length - 1)));
        }
        if (length == 25
                && script.unsigned(0) == OP_DUP
                && script.unsigned(1) == OP_HASH160
                && script.unsigned(2) == 20
                && script.unsigned(23) == OP_EQUALVERIFY
                && script.unsigned(24) == OP_CHECKSIG) {
            return new OutputScript(Type.PUBKEYHASH, List.of(script.slice(3, 23)));
        }
        List<Bytes> multisig = multisigParts(script);
        return multisig.isEmpty()
                ? new OutputScript(Type.NONSTANDARD, List.of())
                : new OutputScript(Type.MULTISIG, multisig);
    }

    private static OutputScript ofWitnessProgram(int version, Bytes program) {
        if (version == 0) {
            return switch (program.length()) {
                case 20 -> new OutputScript(Type.WITNESS_V0_KEYHASH, List.of(program));
                case 32 -> new OutputScript(Type.WITNESS_V0_SCRIPTHASH, List.of(program));
                default -> new OutputScript(Type.NONSTANDARD, List.of());
            };
        }
        if (version == 1 && program.length() == 32) {
            return new OutputScript(Type.WITNESS_V1_TAPROOT, List.of(program));
        }
        if (version == 1 && program.equals(Address.PayToAnchor.PROGRAM)) {
            return new OutputScript(Type.ANCHOR, List.of());
        }
        return new OutputScript(Type.WITNESS_UNKNOWN, List.of(Bytes.copyOf((byte) version), program));
    }

    /** OP_HASH160, 20 bytes, OP_EQUAL (BIP-0016). */
    public static boolean isP2sh(Bytes script) {
        return script.length() == 23
                && script.unsigned(0) == OP_HASH160
                && script.get(1) == 20
                && script.unsigned(22) == OP_EQUAL;
    }

    /** The version of the witness program that the script is (BIP-0141); -1 if it is none. */
    public static int witnessVersion(Bytes script) {
        if (script.length() < 4 || script.length() > 2 + Address.MAX_PROGRAM_BYTES) {
            return -1;
        }
        int opcode = script.unsigned(0);
        boolean number = opcode == 0 || opcode >= ScriptCursor.OP_1 && opcode <= ScriptCursor.OP_16;
        if (!number || script.unsigned(1) != script.length() - 2) {
            return -1;
        }
        return opcode == 0 ? 0 : opcode - ScriptCursor.OP_1 + 1;
    }

    static boolean isWitnessPubkeyHash(Bytes script) {
        return script.length() == 22 && script.get(0) == 0 && script.get(1) == 20;
    }

    static boolean isWitnessScriptHash(Bytes script) {
        return script.length() == 34 && script.get(0) == 0 && script.get(1) == 32;
    }

    /** Whether no input can ever spend it: OP_RETURN first, or too long to run. It needs no place among the coins. */
    public static boolean isUnspendable(Bytes script) {
        return !script.isEmpty() && script.unsigned(0) == OP_RETURN || script.length() > MAX_SCRIPT_BYTES;
    }

    private static boolean isNullData(Bytes script) {
        return !script.isEmpty() && script.unsigned(0) == OP_RETURN && isPushOnly(script, 1);
    }

    /** Whether the script only pushes. */
    public static boolean isPushOnly(Bytes script) {
        return isPushOnly(script, 0);
    }

    private static boolean isPushOnly(Bytes script, int from) {
        ScriptCursor cursor = new ScriptCursor(script, from);
        while (cursor.hasMore()) {
            if (!cursor.next() || cursor.opcode() > ScriptCursor.OP_16) {
                return false;
            }
        }
        return true;
    }

    // Whether the length is the one that the first byte of a public key asks for.
    private static boolean isKey(Bytes key) {
        return switch (key.isEmpty() ? -1 : key.get(0)) {
            case 2, 3 -> key.length() == COMPRESSED_KEY_BYTES;
            case 4, 6, 7 -> key.length() == UNCOMPRESSED_KEY_BYTES;
            default -> false;
        };
    }

    // Required signatures, keys, number of keys; empty if the script is no multisig.
    private static List<Bytes> multisigParts(Bytes script) {
        if (script.isEmpty() || script.unsigned(script.length() - 1) != OP_CHECKMULTISIG) {
            return List.of();
        }
        ScriptCursor cursor = new ScriptCursor(script);
        int required = cursor.next() ? number(cursor) : 0;
        if (required < 1 || required > MAX_MULTISIG_KEYS) {
            return List.of();
        }
        List<Bytes> parts = new ArrayList<>();
        parts.add(Bytes.copyOf((byte) required));
        boolean parses = cursor.next();
        while (parses && isKey(cursor.data())) {
            parts.add(cursor.data());
            parses = cursor.next();
        }
        int keys = parts.size() - 1;
        boolean counted = parses && keys >= required && keys <= MAX_MULTISIG_KEYS && number(cursor) == keys;
        if (!counted || !cursor.next() || cursor.opcode() != OP_CHECKMULTISIG || cursor.hasMore()) {
            return List.of();
        }
        parts.add(Bytes.copyOf((byte) keys));
        return parts;
    }

    // A number from 1 up as an opcode or a minimal push; 0 if it is none.
    private static int number(ScriptCursor cursor) {
        if (cursor.opcode() >= ScriptCursor.OP_1 && cursor.opcode() <= ScriptCursor.OP_16) {
            return cursor.opcode() - ScriptCursor.OP_1 + 1;
        }
        boolean oneByte =
                cursor.isPush() && cursor.isMinimalPush() && cursor.data().length() == 1;
        return oneByte ? Math.max(0, cursor.data().get(0)) : 0;
    }
}
