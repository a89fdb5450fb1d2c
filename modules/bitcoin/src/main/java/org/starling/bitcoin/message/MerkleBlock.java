package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Transaction;
import org.starling.crypto.Sha256;

/**
 * A header with the part of its merkle tree that proves some transactions, as BIP-0037
 * has it and proofs given over RPC do: the tree is walked from the root, left before right; a bit tells of each node whether something below it is proved, and
 * those of which nothing is, and the leaves, come as hashes.
 *
 * @param count of all transactions in the block
 */
public record MerkleBlock(BlockHeader header, long count, List<Hash256> hashes, List<Boolean> bits)
        implements BloomMessage {
    public static final String TYPE = "merkleblock";

    /** Weight of the smallest transaction without witness: 60 bytes. */
    private static final int SMALLEST_TRANSACTION_WEIGHT = 60 * BlockRules.WITNESS_SCALE_FACTOR;

    /** Of these transactions of the block. */
    public static MerkleBlock of(Block block, Set<Hash256> txids) {
        List<Hash256> leaves =
                block.transactions().stream().map(Transaction::txid).toList();
        Builder builder = new Builder(leaves, txids);
        builder.walk(height(leaves.size()), 0);
        return new MerkleBlock(block.header(), leaves.size(), builder.hashes, builder.bits);
    }

    public static MerkleBlock read(ByteReader reader) throws MalformedException {
        BlockHeader header = BlockHeader.read(reader);
        long count = reader.u32();
        List<Hash256> hashes = new ArrayList<>();
        int hashCount = reader.count(Hash256.BYTES);
        for (int i = 0; i < hashCount; i++) {
            hashes.add(reader.hash256());
        }
        List<Boolean> bits = new ArrayList<>();
        Bytes packed = reader.varBytes();
        for (int i = 0; i < packed.length() * 8; i++) {
            bits.add((packed.unsigned(i / 8) >> i % 8 & 1) != 0);
        }
        return new MerkleBlock(header, count, hashes, bits);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        header.write(writer);
        writer.u32(count);
        writer.compactSize(hashes.size());
        hashes.forEach(writer::hash256);
        byte[] packed = new byte[(bits.size() + 7) / 8];
        for (int i = 0; i < bits.size(); i++) {
            packed[i / 8] |= (byte) ((bits.get(i) ? 1 : 0) << i % 8);
        }
        writer.varBytes(Bytes.wrap(packed));
    }

    /** The transactions that it proves to be in the block of the header; null if it proves nothing. */
    public @Nullable List<Hash256> proved() {
        List<Proved> places = provedAt();
        return places == null ? null : places.stream().map(Proved::txid).toList();
    }

    /**
     * A transaction that is proved to be in the block.
     *
     * @param index transactions before it
     */
    public record Proved(Hash256 txid, int index) {}

    /** As {@link #proved}, with the places in the block. */
    public @Nullable List<Proved> provedAt() {
        boolean possible = count > 0
                && count <= BlockRules.MAX_WEIGHT / SMALLEST_TRANSACTION_WEIGHT
                && hashes.size() <= count
                && bits.size() >= hashes.size();
        if (!possible) {
            return null;
        }
        Checker checker = new Checker();
        Hash256 root = checker.walk(height(count), 0);
        boolean whole = (checker.bit + 7) / 8 == (bits.size() + 7) / 8 && checker.hash == hashes.size();
        return root != null && whole && root.equals(header.merkleRoot()) ? checker.found : null;
    }

    /** Levels above the leaves. */
    private static int height(long count) {
        int height = 0;
        while (width(count, height) > 1) {
            height++;
        }
        return height;
    }

    /** Nodes at a height. */
    private static long width(long count, int height) {
        return count + (1L << height) - 1 >> height;
    }

    private static Hash256 parent(Hash256 left, Hash256 right) {
        return Sha256.twice(left.toBytes(), right.toBytes());
    }

    private static final class Builder {
        private final List<Hash256> leaves;
        private final Set<Hash256> wanted;
        final List<Hash256> hashes = new ArrayList<>();
        final List<Boolean> bits = new ArrayList<>();

        Builder(List<Hash256> leaves, Set<Hash256> wanted) {
            this.leaves = leaves;
            this.wanted = wanted;
        }

        void walk(int height, int position) {
            boolean proves = false;
            for (int i = position << height; i < position + 1 << height && i < leaves.size(); i++) {
                proves |= wanted.contains(leaves.get(i));
            }
            bits.add(proves);
            if (height == 0 || !proves) {
                hashes.add(hash(height, position));
                return;
            }
            walk(height - 1, 2 * position);
            if (2 * position + 1 < width(leaves.size(), height - 1)) {
                walk(height - 1, 2 * position + 1);
            }
        }

        private Hash256 hash(int height, int position) {
            if (height == 0) {
                return leaves.get(position);
            }
            Hash256 left = hash(height - 1, 2 * position);
            boolean pair = 2 * position + 1 < width(leaves.size(), height - 1);
            return parent(left, pair ? hash(height - 1, 2 * position + 1) : left);
        }
    }

    private final class Checker {
        private final List<Proved> found = new ArrayList<>();
        private int bit;
        private int hash;

        /** The hash of a node; null if the proof ends early or has two equal neighbours, which no block has. */
        @Nullable
        Hash256 walk(int height, long position) {
            if (bit >= bits.size()) {
                return null;
            }
            boolean proves = bits.get(bit++);
            if (height == 0 || !proves) {
                Hash256 given = hash < hashes.size() ? hashes.get(hash++) : null;
                if (given != null && height == 0 && proves) {
                    found.add(new Proved(given, (int) position));
                }
                return given;
            }
            Hash256 left = walk(height - 1, 2 * position);
            if (2 * position + 1 >= width(count, height - 1)) {
                return left == null ? null : parent(left, left);
            }
            Hash256 right = walk(height - 1, 2 * position + 1);
            return left == null || right == null || left.equals(right) ? null : parent(left, right);
        }
    }
}
