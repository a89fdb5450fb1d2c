package org.starling.consensus.script;

import java.util.ArrayList;
import java.util.List;

/** The rules under which scripts are verified, as bits of an int, with Core's names and numbers. */
public final class ScriptFlags {
    public static final int NONE = 0;
    /** Evaluate P2SH subscripts (BIP-0016). */
    public static final int P2SH = 1;
    /** Strict signature, hash type and public key encodings. */
    public static final int STRICTENC = 1 << 1;
    /** Signatures in strict DER (BIP-0066). */
    public static final int DERSIG = 1 << 2;
    /** S at most half of the group order (BIP-0062). */
    public static final int LOW_S = 1 << 3;
    /** The extra element that OP_CHECKMULTISIG takes is empty (BIP-0147). */
    public static final int NULLDUMMY = 1 << 4;
    /** Nothing but pushes in a scriptSig. */
    public static final int SIGPUSHONLY = 1 << 5;
    /** Pushes and numbers in their shortest form. */
    public static final int MINIMALDATA = 1 << 6;
    /** Fail on NOPs that soft forks may give a meaning. */
    public static final int DISCOURAGE_UPGRADABLE_NOPS = 1 << 7;
    /** Exactly one element left in the end. */
    public static final int CLEANSTACK = 1 << 8;
    /** BIP-0065. */
    public static final int CHECKLOCKTIMEVERIFY = 1 << 9;
    /** BIP-0112. */
    public static final int CHECKSEQUENCEVERIFY = 1 << 10;
    /** Evaluate witness programs (BIP-0141). */
    public static final int WITNESS = 1 << 11;
    /** Fail on witness versions that soft forks may give a meaning. */
    public static final int DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM = 1 << 12;
    /** OP_IF takes an empty element or exactly 1 in witness version 0. */
    public static final int MINIMALIF = 1 << 13;
    /** A failed signature check had an empty signature (BIP-0146). */
    public static final int NULLFAIL = 1 << 14;
    /** Compressed keys only in witness version 0. */
    public static final int WITNESS_PUBKEYTYPE = 1 << 15;
    /** No OP_CODESEPARATOR, and no signature found in the script, before witness version 0. */
    public static final int CONST_SCRIPTCODE = 1 << 16;
    /** Evaluate Taproot and Tapscript (BIP-0341, BIP-0342). */
    public static final int TAPROOT = 1 << 17;
    /** Fail on Taproot leaf versions that soft forks may give a meaning. */
    public static final int DISCOURAGE_UPGRADABLE_TAPROOT_VERSION = 1 << 18;
    /** Fail on OP_SUCCESS opcodes. */
    public static final int DISCOURAGE_OP_SUCCESS = 1 << 19;
    /** Fail on Tapscript key types that soft forks may give a meaning. */
    public static final int DISCOURAGE_UPGRADABLE_PUBKEYTYPE = 1 << 20;

    /** All rules that blocks must obey today. */
    public static final int CONSENSUS =
            P2SH | DERSIG | NULLDUMMY | CHECKLOCKTIMEVERIFY | CHECKSEQUENCEVERIFY | WITNESS | TAPROOT;

    /** All rules that transactions must obey to be relayed: {@link #CONSENSUS} and those of policy. */
    public static final int STANDARD = CONSENSUS
            | STRICTENC
            | MINIMALDATA
            | DISCOURAGE_UPGRADABLE_NOPS
            | CLEANSTACK
            | MINIMALIF
            | NULLFAIL
            | LOW_S
            | DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM
            | WITNESS_PUBKEYTYPE
            | CONST_SCRIPTCODE
            | DISCOURAGE_UPGRADABLE_TAPROOT_VERSION
            | DISCOURAGE_OP_SUCCESS
            | DISCOURAGE_UPGRADABLE_PUBKEYTYPE;

    private static final String[] NAMES = {
        "P2SH",
        "STRICTENC",
        "DERSIG",
        "LOW_S",
        "NULLDUMMY",
        "SIGPUSHONLY",
        "MINIMALDATA",
        "DISCOURAGE_UPGRADABLE_NOPS",
        "CLEANSTACK",
        "CHECKLOCKTIMEVERIFY",
        "CHECKSEQUENCEVERIFY",
        "WITNESS",
        "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM",
        "MINIMALIF",
        "NULLFAIL",
        "WITNESS_PUBKEYTYPE",
        "CONST_SCRIPTCODE",
        "TAPROOT",
        "DISCOURAGE_UPGRADABLE_TAPROOT_VERSION",
        "DISCOURAGE_OP_SUCCESS",
        "DISCOURAGE_UPGRADABLE_PUBKEYTYPE"
    };

    /** Every flag there is. */
    public static final int ALL = (1 << NAMES.length) - 1;

    private ScriptFlags() {}

    /**
     * The flags named, separated by commas; none for the empty text or {@code NONE}. Throws
     * {@link IllegalArgumentException} for a name that is none.
     */
    public static int parse(String names) {
        if (names.isBlank() || names.equals("NONE")) {
            return NONE;
        }
        int flags = NONE;
        for (String name : names.split(",", -1)) {
            flags |= flag(name.strip());
        }
        return flags;
    }

    /** The names, separated by commas; {@code NONE} for no flag. */
    public static String format(int flags) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                names.add(NAMES[bit]);
            }
        }
        return names.isEmpty() ? "NONE" : String.join(",", names);
    }

    /** Whether the flags go together: CLEANSTACK needs WITNESS, and WITNESS needs P2SH. */
    public static boolean areConsistent(int flags) {
        return ((flags & CLEANSTACK) == 0 || (flags & WITNESS) != 0) && ((flags & WITNESS) == 0 || (flags & P2SH) != 0);
    }

    private static int flag(String name) {
        for (int bit = 0; bit < NAMES.length; bit++) {
            if (NAMES[bit].equals(name)) {
                return 1 << bit;
            }
        }
        throw new IllegalArgumentException("unknown script flag: " + name);
    }
}
