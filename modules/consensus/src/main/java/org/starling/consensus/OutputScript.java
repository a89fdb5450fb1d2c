package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptReader;

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

    private static final int COMPRESSED_KEY_BYTES = 33;
    private static final int UNCOMPRESSED_KEY_BYTES = 65;

    public OutputScript {
        solutions = List.copyOf(solutions);
    }

    public static OutputScript of(Bytes script) {
        if (Script.isP2sh(script)) {
            return new OutputScript(Type.SCRIPTHASH, List.of(script.slice(2, 22)));
        }
        Script.WitnessProgram program = Script.witnessProgram(script);
        if (program != null) {
            return ofWitnessProgram(program);
        }
        if (isNullData(script)) {
            return new OutputScript(Type.NULLDATA, List.of());
        }
        int length = script.length();
        if ((length == COMPRESSED_KEY_BYTES + 2 || length == UNCOMPRESSED_KEY_BYTES + 2)
                && script.unsigned(0) == length - 2
                && script.unsigned(length - 1) == Op.OP_CHECKSIG
                && isKey(script.slice(1, length - 1))) {
            return new OutputScript(Type.PUBKEY, List.of(script.slice(1, length - 1)));
        }
        if (Script.isP2pkh(script)) {
            return new OutputScript(Type.PUBKEYHASH, List.of(script.slice(3, 23)));
        }
        List<Bytes> multisig = multisigParts(script);
        return multisig.isEmpty()
                ? new OutputScript(Type.NONSTANDARD, List.of())
                : new OutputScript(Type.MULTISIG, multisig);
    }

    private static OutputScript ofWitnessProgram(Script.WitnessProgram program) {
        if (program.isKeyHash()) {
            return new OutputScript(Type.WITNESS_V0_KEYHASH, List.of(program.program()));
        }
        if (program.isScriptHash()) {
            return new OutputScript(Type.WITNESS_V0_SCRIPTHASH, List.of(program.program()));
        }
        if (program.isTaproot()) {
            return new OutputScript(Type.WITNESS_V1_TAPROOT, List.of(program.program()));
        }
        if (program.isAnchor()) {
            return new OutputScript(Type.ANCHOR, List.of());
        }
        Bytes version = Bytes.copyOf((byte) program.version());
        return program.version() == 0
                ? new OutputScript(Type.NONSTANDARD, List.of())
                : new OutputScript(Type.WITNESS_UNKNOWN, List.of(version, program.program()));
    }

    private static boolean isNullData(Bytes script) {
        return !script.isEmpty() && script.unsigned(0) == Op.OP_RETURN && Script.isPushOnly(script.from(1));
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
        if (script.isEmpty() || script.unsigned(script.length() - 1) != Op.OP_CHECKMULTISIG) {
            return List.of();
        }
        ScriptReader reader = new ScriptReader(script);
        int required = number(reader, reader.next());
        if (required < 1 || required > Script.MAX_MULTISIG_KEYS) {
            return List.of();
        }
        List<Bytes> parts = new ArrayList<>();
        parts.add(Bytes.copyOf((byte) required));
        int opcode = reader.next();
        while (opcode >= 0 && isKey(reader.data())) {
            parts.add(reader.data());
            opcode = reader.next();
        }
        int keys = parts.size() - 1;
        boolean counted = keys >= required && keys <= Script.MAX_MULTISIG_KEYS && number(reader, opcode) == keys;
        if (!counted || reader.next() != Op.OP_CHECKMULTISIG || reader.hasNext()) {
            return List.of();
        }
        parts.add(Bytes.copyOf((byte) keys));
        return parts;
    }

    // A number from 1 up as an opcode or a minimal push; 0 if it is none.
    private static int number(ScriptReader reader, int opcode) {
        if (opcode >= Op.OP_1 && opcode <= Op.OP_16) {
            return opcode - Op.OP_RESERVED;
        }
        boolean oneByte = reader.dataLength() == 1 && reader.isMinimalPush(opcode);
        return oneByte ? Math.max(0, reader.data().get(0)) : 0;
    }
}
