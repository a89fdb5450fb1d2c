package org.starling.wallet;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Taproot;

/** The scripts of a Taproot output, as a binary tree (BIP-0341). */
sealed interface TapTree {
    /** Deepest leaf that an output can commit to. */
    int MAX_DEPTH = 128;

    /** The hash that the output commits to; null for a tree without scripts. */
    @Nullable
    Hash256 root(int index) throws DescriptorException;

    List<Descriptor> leaves();

    String body(Descriptor.KeyText form);

    /** No scripts. */
    record Empty() implements TapTree {
        @Override
        public @Nullable Hash256 root(int index) {
            return null;
        }

        @Override
        public List<Descriptor> leaves() {
            return List.of();
        }

        @Override
        public String body(Descriptor.KeyText form) {
            return "";
        }
    }

    /** A script: of a bare key (without its parity) or of several. */
    record Leaf(Descriptor script) implements TapTree {
        @Override
        public Hash256 root(int index) throws DescriptorException {
            return Taproot.leafHash(Taproot.TAPSCRIPT_LEAF, code(index));
        }

        /** The script. */
        Bytes code(int index) throws DescriptorException {
            return script instanceof Descriptor.Pk pk
                    ? Script.p2pk(pk.key().xOnly(index))
                    : script.scripts(index).getFirst();
        }

        @Override
        public List<Descriptor> leaves() {
            return List.of(script);
        }

        @Override
        public String body(Descriptor.KeyText form) {
            return script.body(form);
        }
    }

    /** Two subtrees. */
    record Branch(TapTree left, TapTree right) implements TapTree {
        @Override
        public @Nullable Hash256 root(int index) throws DescriptorException {
            Hash256 one = left.root(index);
            Hash256 other = right.root(index);
            return one == null || other == null ? null : Taproot.branchHash(one, other);
        }

        @Override
        public List<Descriptor> leaves() {
            return Stream.concat(left.leaves().stream(), right.leaves().stream())
                    .toList();
        }

        @Override
        public String body(Descriptor.KeyText form) {
            return "{" + left.body(form) + "," + right.body(form) + "}";
        }
    }
}
