package org.starling.wallet.psbt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/** A script of a Taproot output's tree, which is given as its leaves from left to right (BIP-0371). */
public record TreeLeaf(int depth, int version, Bytes script) {
    private static final int MAX_DEPTH = 128;

    static List<TreeLeaf> read(String name, Bytes tree) throws MalformedException {
        if (tree.isEmpty()) {
            throw new MalformedException(name + " must not be empty");
        }
        ByteReader reader = tree.reader();
        List<TreeLeaf> leaves = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>(); // depths of the subtrees that wait for their sibling, deepest first
        while (reader.hasRemaining()) {
            TreeLeaf leaf = new TreeLeaf(reader.u8(), reader.u8(), reader.varBytes());
            if (leaf.depth > MAX_DEPTH) {
                throw new MalformedException(name + " has a leaf at depth " + leaf.depth + ", over " + MAX_DEPTH);
            }
            if ((leaf.version & 1) != 0) {
                throw new MalformedException(name + " has a leaf of the invalid version " + leaf.version);
            }
            place(name, open, leaf.depth);
            leaves.add(leaf);
        }
        if (open.size() != 1 || open.getFirst() != 0) {
            throw new MalformedException(name + " is malformed: branches are missing");
        }
        return leaves;
    }

    private static void place(String name, Deque<Integer> open, int leafDepth) throws MalformedException {
        int depth = leafDepth;
        if (!open.isEmpty() && open.getFirst() > depth) {
            throw new MalformedException(name + " is malformed: no branch is open at depth " + depth);
        }
        while (!open.isEmpty() && open.getFirst() == depth) {
            open.removeFirst();
            depth--;
        }
        if (depth < 0) {
            throw new MalformedException(name + " is malformed: leaves follow a whole tree");
        }
        open.addFirst(depth);
    }

    static Bytes write(List<TreeLeaf> leaves) {
        ByteWriter writer = new ByteWriter();
        leaves.forEach(leaf -> writer.u8(leaf.depth).u8(leaf.version).varBytes(leaf.script));
        return writer.toBytes();
    }
}
