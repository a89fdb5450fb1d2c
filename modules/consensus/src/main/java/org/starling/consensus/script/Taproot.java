package org.starling.consensus.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Sha256;

/** The tree of scripts under a Taproot output (BIP-0341): leaves, branches, control blocks, tweaks. */
public final class Taproot {
    /** Leaf version of Tapscript (BIP-0342). */
    public static final int TAPSCRIPT_LEAF = 0xc0;

    /** First byte of an annex. */
    public static final int ANNEX_TAG = 0x50;

    static final int LEAF_MASK = 0xfe;
    private static final int CONTROL_BASE = 33;
    private static final int NODE = 32;
    private static final int MAX_DEPTH = 128;

    private static final Sha256.Tag TAP_LEAF = new Sha256.Tag("TapLeaf");
    private static final Sha256.Tag TAP_BRANCH = new Sha256.Tag("TapBranch");
    private static final Sha256.Tag TAP_TWEAK = new Sha256.Tag("TapTweak");

    private Taproot() {}

    public static Hash256 leafHash(int leafVersion, Bytes script) {
        ByteWriter head = new ByteWriter(10);
        head.u8(leafVersion).compactSize(script.length());
        return TAP_LEAF.hash(Bytes.wrap(head.sharedArray(), 0, head.length()), script);
    }

    /** The hash of two subtrees, in whichever order they are given. */
    public static Hash256 branchHash(Hash256 one, Hash256 other) {
        Bytes a = one.toBytes();
        Bytes b = other.toBytes();
        return a.compareTo(b) < 0 ? TAP_BRANCH.hash(a, b) : TAP_BRANCH.hash(b, a);
    }

    /** What is added to the internal key; the merkle root is null where there are no scripts. */
    public static Hash256 tweak(Bytes internalKey, @Nullable Hash256 merkleRoot) {
        return merkleRoot == null ? TAP_TWEAK.hash(internalKey) : TAP_TWEAK.hash(internalKey, merkleRoot.toBytes());
    }

    /** The output key and its parity, or null if the internal key is no point. */
    public static PublicKeys.@Nullable XOnly outputKey(Bytes internalKey, @Nullable Hash256 merkleRoot) {
        return PublicKeys.xOnlyTweakAdd(
                internalKey, tweak(internalKey, merkleRoot).toBytes());
    }

    /** The annex (BIP-0341), its tag included, or null if the witness has none. */
    public static @Nullable Bytes annex(List<Bytes> witness) {
        if (witness.size() < 2) {
            return null;
        }
        Bytes last = witness.get(witness.size() - 1);
        return !last.isEmpty() && last.unsigned(0) == ANNEX_TAG ? last : null;
    }

    /** What signature hashes take in of an annex. */
    public static Hash256 annexHash(Bytes annex) {
        ByteWriter length = new ByteWriter(9);
        length.compactSize(annex.length());
        return Sha256.once(Bytes.wrap(length.sharedArray(), 0, length.length()), annex);
    }

    static boolean isControlBlockLength(int length) {
        return length >= CONTROL_BASE
                && length <= CONTROL_BASE + NODE * MAX_DEPTH
                && (length - CONTROL_BASE) % NODE == 0;
    }

    /** Whether the control block leads from the leaf to the output key. */
    static boolean commits(Bytes control, Bytes outputKey, Hash256 leafHash) {
        Hash256 hash = leafHash;
        for (int at = CONTROL_BASE; at < control.length(); at += NODE) {
            hash = branchHash(hash, Hash256.of(control.slice(at, at + NODE)));
        }
        Bytes internalKey = control.slice(1, CONTROL_BASE);
        boolean odd = (control.get(0) & 1) != 0;
        return PublicKeys.xOnlyTweakAddCheck(
                outputKey, odd, internalKey, tweak(internalKey, hash).toBytes());
    }
}
