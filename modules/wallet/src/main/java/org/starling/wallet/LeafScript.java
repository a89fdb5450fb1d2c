package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptReader;

/**
 * The Taproot scripts that this wallet can sign: one key, or some of several (BIP-0387).
 *
 * @param keys 32 bytes each, in the order of the script
 */
public record LeafScript(int threshold, List<Bytes> keys) {
    private static final int KEY_BYTES = 32;

    /** What the script is; null if it is none of these. */
    public static @Nullable LeafScript of(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        List<Bytes> keys = new ArrayList<>();
        while (reader.hasNext()) {
            int push = reader.next();
            if (push != KEY_BYTES) {
                return several(reader, push, keys);
            }
            keys.add(reader.data());
            int op = reader.hasNext() ? reader.next() : -1;
            if (op != (keys.size() == 1 ? Op.OP_CHECKSIG : Op.OP_CHECKSIGADD)) {
                return null;
            }
        }
        return keys.size() == 1 ? new LeafScript(1, keys) : null;
    }

    private static @Nullable LeafScript several(ScriptReader reader, int push, List<Bytes> keys) {
        int threshold;
        if (push >= Op.OP_1 && push <= Op.OP_16) {
            threshold = push - Op.OP_1 + 1;
        } else if (push == 1 || push == 2) {
            Bytes number = reader.data();
            threshold = number.unsigned(0) | (number.length() == 2 ? number.unsigned(1) << 8 : 0);
        } else {
            return null;
        }
        boolean ends = reader.hasNext() && reader.next() == Op.OP_NUMEQUAL && !reader.hasNext();
        return ends && threshold >= 1 && threshold <= keys.size() ? new LeafScript(threshold, keys) : null;
    }
}
