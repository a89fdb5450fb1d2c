package org.starling.consensus.script;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/** What can be told from a script's bytes alone, and the limits on scripts. */
public final class Script {
    public static final int MAX_SCRIPT_BYTES = 10_000;
    public static final int MAX_ELEMENT_BYTES = 520;
    public static final int MAX_OPS = 201;
    public static final int MAX_STACK = 1000;
    public static final int MAX_MULTISIG_KEYS = 20;

    private Script() {}

    /** A witness program and its version, 0 to 16 (BIP-0141). */
    public record WitnessProgram(int version, Bytes program) {
        public boolean isKeyHash() {
            return version == 0 && program.length() == 20;
        }

        public boolean isScriptHash() {
            return version == 0 && program.length() == 32;
        }

        public boolean isTaproot() {
            return version == 1 && program.length() == 32;
        }

        /** The output that anyone may spend to raise a fee: version 1 and two bytes. */
        public boolean isAnchor() {
            return version == 1 && program.length() == 2 && program.get(0) == 0x4e && program.get(1) == 0x73;
        }
    }

    /** The witness program that the script is, or null. */
    public static @Nullable WitnessProgram witnessProgram(Bytes script) {
        int length = script.length();
        if (length < 4 || length > 42 || script.unsigned(1) + 2 != length) {
            return null;
        }
        int first = script.unsigned(0);
        if (first == Op.OP_0) {
            return new WitnessProgram(0, script.from(2));
        }
        return first >= Op.OP_1 && first <= Op.OP_16
                ? new WitnessProgram(first - Op.OP_RESERVED, script.from(2))
                : null;
    }

    /** Whether the script is BIP-0016's. */
    public static boolean isP2sh(Bytes script) {
        return script.length() == 23
                && script.unsigned(0) == Op.OP_HASH160
                && script.unsigned(1) == 20
                && script.unsigned(22) == Op.OP_EQUAL;
    }

    /** Whether the script is the standard one for a key's hash, which stands at bytes 3 to 23. */
    public static boolean isP2pkh(Bytes script) {
        return script.length() == 25
                && script.unsigned(0) == Op.OP_DUP
                && script.unsigned(1) == Op.OP_HASH160
                && script.unsigned(2) == 20
                && script.unsigned(23) == Op.OP_EQUALVERIFY
                && script.unsigned(24) == Op.OP_CHECKSIG;
    }

    /** Whether no output with this script can ever be spent, so that it need not be kept. */
    public static boolean isUnspendable(Bytes script) {
        return !script.isEmpty() && script.unsigned(0) == Op.OP_RETURN || script.length() > MAX_SCRIPT_BYTES;
    }

    /** Whether the script only pushes (OP_RESERVED counts as a push here) and does not end inside a push. */
    public static boolean isPushOnly(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            int opcode = reader.next();
            if (opcode < 0 || opcode > Op.OP_16) {
                return false;
            }
        }
        return true;
    }

    /** The last data that a script of pushes pushes (a P2SH redeem script), or null if it is none of pushes. */
    public static @Nullable Bytes lastPush(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        Bytes last = Bytes.EMPTY;
        while (reader.hasNext()) {
            int opcode = reader.next();
            if (opcode < 0 || opcode > Op.OP_16) {
                return null;
            }
            last = reader.data();
        }
        return last;
    }

    public static Bytes p2pkh(Bytes keyHash) {
        return new ScriptBuilder()
                .op(Op.OP_DUP)
                .op(Op.OP_HASH160)
                .data(keyHash)
                .op(Op.OP_EQUALVERIFY)
                .op(Op.OP_CHECKSIG)
                .build();
    }

    public static Bytes p2sh(Bytes scriptHash) {
        return new ScriptBuilder()
                .op(Op.OP_HASH160)
                .data(scriptHash)
                .op(Op.OP_EQUAL)
                .build();
    }

    public static Bytes p2pk(Bytes publicKey) {
        return new ScriptBuilder().data(publicKey).op(Op.OP_CHECKSIG).build();
    }

    /** The script of a witness program of this version (0 to 16). */
    public static Bytes witness(int version, Bytes program) {
        return new ScriptBuilder().number(version).data(program).build();
    }
}
