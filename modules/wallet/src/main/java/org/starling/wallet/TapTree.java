package org.starling.wallet;

import java.util.List;
import java.util.stream.Stream;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;

/** The scripts of a Taproot output, as a binary tree (BIP-0341). */
sealed interface TapTree {
    /** Version of the leaves (BIP-0342). */
    int TAPSCRIPT = 0xc0;

    /** Deepest leaf that an output can commit to. */
    int MAX_DEPTH = 128;

    /** The hash that the output commits to; no bytes for a tree without scripts. */
    Bytes root(int index) throws DescriptorException;

    List<Descriptor> leaves();

    String body();

    /** No scripts. */
    record Empty() implements TapTree {
        @Override
        public Bytes root(int index) {
            return Bytes.EMPTY;
        }

        @Override
        public List<Descriptor> leaves() {
            return List.of();
        }

        @Override
        public String body() {
            return "";
        }
    }

    /** A script: of a bare key (without its parity) or of several. */
    record Leaf(Descriptor script) implements TapTree {
        @Override
        public Bytes root(int index) throws DescriptorException {
            Bytes code = script instanceof Descriptor.Pk pk
                    ? Scripts.payToKey(pk.key().xOnly(index))
                    : script.scripts(index).getFirst();
            ByteWriter leaf = new ByteWriter(code.length() + 4);
            return Scripts.TAP_LEAF
                    .hash(leaf.u8(TAPSCRIPT).varBytes(code).toBytes())
                    .toBytes();
        }

        @Override
        public List<Descriptor> leaves() {
            return List.of(script);
        }

        @Override
        public String body() {
            return script.body();
        }
    }

    /** Two subtrees. */
    record Branch(TapTree left, TapTree right) implements TapTree {
        @Override
        public Bytes root(int index) throws DescriptorException {
            Bytes one = left.root(index);
            Bytes other = right.root(index);
            boolean ordered = one.compareTo(other) <= 0;
            return Scripts.TAP_BRANCH
                    .hash(ordered ? one : other, ordered ? other : one)
                    .toBytes();
        }

        @Override
        public List<Descriptor> leaves() {
            return Stream.concat(left.leaves().stream(), right.leaves().stream())
                    .toList();
        }

        @Override
        public String body() {
            return "{" + left.body() + "," + right.body() + "}";
        }
    }
}
