package org.starling.wallet;

import java.util.List;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.crypto.Sha256;

/** The scripts that descriptors stand for, and Taproot's hashes. */
final class Scripts {
    static final Sha256.Tag TAP_LEAF = new Sha256.Tag("TapLeaf");
    static final Sha256.Tag TAP_BRANCH = new Sha256.Tag("TapBranch");
    static final Sha256.Tag TAP_TWEAK = new Sha256.Tag("TapTweak");

    private static final int OP_1 = 0x51;
    private static final int OP_NUMEQUAL = 0x9c;
    private static final int OP_CHECKSIG = 0xac;
    private static final int OP_CHECKMULTISIG = 0xae;
    private static final int OP_CHECKSIGADD = 0xba;

    private Scripts() {}

    static Bytes payToKey(Bytes key) {
        return new ByteWriter(67).varBytes(key).u8(OP_CHECKSIG).toBytes();
    }

    static Bytes multisig(int threshold, List<Bytes> keys) {
        ByteWriter script = new ByteWriter(200);
        number(script, threshold);
        keys.forEach(script::varBytes);
        number(script, keys.size());
        return script.u8(OP_CHECKMULTISIG).toBytes();
    }

    /** The form of a Taproot leaf (BIP-0387). */
    static Bytes multiA(int threshold, List<Bytes> keys) {
        ByteWriter script = new ByteWriter(200);
        for (int i = 0; i < keys.size(); i++) {
            script.varBytes(keys.get(i)).u8(i == 0 ? OP_CHECKSIG : OP_CHECKSIGADD);
        }
        number(script, threshold);
        return script.u8(OP_NUMEQUAL).toBytes();
    }

    // From 1 to 999, in the shortest form.
    private static void number(ByteWriter script, int number) {
        if (number <= 16) {
            script.u8(OP_1 + number - 1);
        } else if (number < 0x80) {
            script.u8(1).u8(number);
        } else {
            script.u8(2).u8(number & 0xff).u8(number >> 8);
        }
    }
}
