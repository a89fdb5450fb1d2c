package org.starling.consensus;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;

/**
 * The binary hash tree whose root stands in a header. A level with an odd number of hashes repeats its last one, and so
 * different lists of transactions can have one root (CVE-2012-2459); {@link Root#mutated} tells of it.
 */
public final class MerkleTree {
    private static final int HASH = Hash256.BYTES;

    private MerkleTree() {}

    /**
     * A root, and whether two equal hashes were paired somewhere, as they are in a list made to have the root of another.
     */
    public record Root(Hash256 hash, boolean mutated) {}

    /** The root over the hashes of all transactions without witness. Of no transactions at all: zero. */
    public static Root ofTransactions(List<Transaction> transactions) {
        byte[] level = new byte[(transactions.size() + 1) * HASH];
        for (int i = 0; i < transactions.size(); i++) {
            transactions.get(i).txid().write(level, i * HASH);
        }
        return fold(level, transactions.size());
    }

    /** The root over the hashes with witness, the coinbase's counted as zero (BIP-0141). */
    public static Hash256 ofWitnesses(List<Transaction> transactions) {
        byte[] level = new byte[(transactions.size() + 1) * HASH];
        for (int i = 1; i < transactions.size(); i++) {
            transactions.get(i).wtxid().write(level, i * HASH);
        }
        return fold(level, transactions.size()).hash();
    }

    /** The root over any hashes. */
    public static Root of(List<Hash256> leaves) {
        byte[] level = new byte[(leaves.size() + 1) * HASH];
        for (int i = 0; i < leaves.size(); i++) {
            leaves.get(i).write(level, i * HASH);
        }
        return fold(level, leaves.size());
    }

    /** The hashes beside the way from leaf {@code index} to the root, from the bottom. */
    public static List<Hash256> branch(List<Hash256> leaves, int index) {
        if (index < 0 || index >= leaves.size()) {
            throw new IndexOutOfBoundsException("leaf " + index + " of " + leaves.size());
        }
        byte[] level = new byte[(leaves.size() + 1) * HASH];
        for (int i = 0; i < leaves.size(); i++) {
            leaves.get(i).write(level, i * HASH);
        }
        List<Hash256> branch = new ArrayList<>();
        MessageDigest sha256 = Sha256.newDigest();
        int at = index;
        for (int count = leaves.size(); count > 1; count = (count + 1) / 2) {
            repeatLastIfOdd(level, count);
            branch.add(Hash256.read(level, (at ^ 1) * HASH));
            hashPairs(sha256, level, (count + 1) / 2);
            at /= 2;
        }
        return branch;
    }

    /** The root that a leaf at {@code index} with this branch has. */
    public static Hash256 rootOfBranch(Hash256 leaf, List<Hash256> branch, int index) {
        Hash256 hash = leaf;
        int at = index;
        for (Hash256 beside : branch) {
            hash = (at & 1) == 0
                    ? Sha256.twice(hash.toBytes(), beside.toBytes())
                    : Sha256.twice(beside.toBytes(), hash.toBytes());
            at >>>= 1;
        }
        return hash;
    }

    // The array has room for one hash more than there are.
    private static Root fold(byte[] level, int leaves) {
        if (leaves == 0) {
            return new Root(Hash256.ZERO, false);
        }
        MessageDigest sha256 = Sha256.newDigest();
        boolean mutated = false;
        for (int count = leaves; count > 1; count = (count + 1) / 2) {
            mutated |= hasEqualPair(level, count);
            repeatLastIfOdd(level, count);
            hashPairs(sha256, level, (count + 1) / 2);
        }
        return new Root(Hash256.read(level, 0), mutated);
    }

    private static boolean hasEqualPair(byte[] level, int count) {
        for (int i = 0; i + 1 < count; i += 2) {
            int left = i * HASH;
            if (Arrays.equals(level, left, left + HASH, level, left + HASH, left + 2 * HASH)) {
                return true;
            }
        }
        return false;
    }

    private static void repeatLastIfOdd(byte[] level, int count) {
        if (count % 2 != 0) {
            System.arraycopy(level, (count - 1) * HASH, level, count * HASH, HASH);
        }
    }

    private static void hashPairs(MessageDigest sha256, byte[] level, int pairs) {
        try {
            for (int i = 0; i < pairs; i++) {
                sha256.update(level, 2 * i * HASH, 2 * HASH);
                sha256.digest(level, i * HASH, HASH);
                sha256.update(level, i * HASH, HASH);
                sha256.digest(level, i * HASH, HASH);
            }
        } catch (DigestException e) {
            throw new AssertionError("32 bytes have room for SHA-256", e);
        }
    }
}
