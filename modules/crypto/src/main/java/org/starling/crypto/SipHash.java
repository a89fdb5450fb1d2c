package org.starling.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** SipHash-2-4: a 64-bit keyed hash for tables and short ids (BIP-0152, BIP-0158). Immutable, any thread may use it. */
public final class SipHash {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;

    public SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    public long hash(Bytes message) {
        State state = new State(key0, key1);
        byte[] array = message.sharedArray();
        int at = message.arrayOffset();
        int end = at + message.length();
        for (; end - at >= 8; at += 8) {
            state.word((long) LONG_LE.get(array, at));
        }
        long last = (long) message.length() << 56;
        for (int shift = 0; at < end; at++, shift += 8) {
            last |= (array[at] & 0xffL) << shift;
        }
        state.word(last);
        return state.finish();
    }

    /** The same as of the hash's 32 bytes. */
    public long hash(Hash256 hash) {
        State state = state(hash);
        state.word((long) Hash256.BYTES << 56);
        return state.finish();
    }

    /** The same as of the hash's 32 bytes and the four of the number, little-endian. */
    public long hash(Hash256 hash, int extra) {
        State state = state(hash);
        state.word((long) (Hash256.BYTES + 4) << 56 | extra & 0xffffffffL);
        return state.finish();
    }

    private State state(Hash256 hash) {
        State state = new State(key0, key1);
        for (int i = 0; i < 4; i++) {
            state.word(hash.word(i));
        }
        return state;
    }

    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long key0, long key1) {
            v0 = 0x736f6d6570736575L ^ key0;
            v1 = 0x646f72616e646f6dL ^ key1;
            v2 = 0x6c7967656e657261L ^ key0;
            v3 = 0x7465646279746573L ^ key1;
        }

        void word(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long finish() {
            v2 ^= 0xff;
            for (int i = 0; i < 4; i++) {
                round();
            }
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
