package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;

/** Finds what a descriptor stands for at one index. */
final class DescriptorExpander {
    private final int index;
    private final List<Expansion.Key> keys = new ArrayList<>();
    private final List<Bytes> inner = new ArrayList<>();
    private final List<Expansion.Musig> musig = new ArrayList<>();

    private DescriptorExpander(int index) {
        this.index = index;
    }

    static Expansion expand(Descriptor descriptor, int index) throws DescriptorException {
        DescriptorExpander expander = new DescriptorExpander(index);
        Expansion.TaprootOutput taproot = null;
        switch (descriptor) {
            case Descriptor.Tr tr -> taproot = expander.taproot(tr);
            case Descriptor.RawTr raw -> expander.addKeys(raw, true);
            case Descriptor.Pk _,
                    Descriptor.Pkh _,
                    Descriptor.Wpkh _,
                    Descriptor.Combo _,
                    Descriptor.Multi _,
                    Descriptor.Sh _,
                    Descriptor.Wsh _,
                    Descriptor.Addr _,
                    Descriptor.Raw _ -> expander.visit(descriptor);
        }
        return new Expansion(descriptor.scripts(index), expander.keys, expander.inner, expander.musig, taproot);
    }

    private void visit(Descriptor descriptor) throws DescriptorException {
        switch (descriptor) {
            case Descriptor.Sh(Descriptor below) -> nest(below);
            case Descriptor.Wsh(Descriptor below) -> nest(below);
            case Descriptor.Combo(KeyExpression key) -> {
                Expansion.Key expanded = key.expand(index, false);
                keys.add(expanded);
                if (expanded.publicKey().length() == PublicKeys.COMPRESSED) {
                    inner.add(Script.witness(0, Hash160.hash(expanded.publicKey())));
                }
            }
            case Descriptor.Pk _,
                    Descriptor.Pkh _,
                    Descriptor.Wpkh _,
                    Descriptor.Multi _,
                    Descriptor.Addr _,
                    Descriptor.Raw _,
                    Descriptor.Tr _,
                    Descriptor.RawTr _ -> addKeys(descriptor, false);
        }
    }

    private void nest(Descriptor below) throws DescriptorException {
        inner.addAll(below.scripts(index));
        visit(below);
    }

    private void addKeys(Descriptor descriptor, boolean xOnly) throws DescriptorException {
        for (KeyExpression key : descriptor.keys()) {
            keys.add(key.expand(index, xOnly));
            if (key.source() instanceof MusigSource aggregate) {
                musig.add(aggregate.expand(index));
                for (KeyExpression participant : aggregate.participants()) {
                    keys.add(participant.expand(index, xOnly));
                }
            }
        }
    }

    private Expansion.TaprootOutput taproot(Descriptor.Tr tr) throws DescriptorException {
        addKeys(tr, true);
        Bytes internal = tr.internal().xOnly(index);
        Hash256 root = tr.tree().root(index);
        PublicKeys.XOnly output = Taproot.outputKey(internal, root);
        if (output == null) {
            throw new DescriptorException("Internal key cannot be tweaked");
        }
        List<Expansion.TaprootLeaf> leaves = new ArrayList<>();
        addLeaves(tr.tree(), List.of(), internal, output.odd(), leaves);
        return new Expansion.TaprootOutput(output.key(), internal, root, leaves);
    }

    /** @param siblings hashes beside the way from the root to here, the root's first */
    private void addLeaves(
            TapTree tree, List<Hash256> siblings, Bytes internal, boolean odd, List<Expansion.TaprootLeaf> leaves)
            throws DescriptorException {
        switch (tree) {
            case TapTree.Empty _ -> {}
            case TapTree.Leaf leaf -> {
                ByteWriter control = new ByteWriter(33 + 32 * siblings.size());
                control.u8(Taproot.TAPSCRIPT_LEAF | (odd ? 1 : 0)).bytes(internal);
                siblings.reversed().forEach(control::hash256);
                leaves.add(new Expansion.TaprootLeaf(
                        siblings.size(), Taproot.TAPSCRIPT_LEAF, leaf.code(index), control.toBytes()));
            }
            case TapTree.Branch(TapTree left, TapTree right) -> {
                addLeaves(left, with(siblings, right.root(index)), internal, odd, leaves);
                addLeaves(right, with(siblings, left.root(index)), internal, odd, leaves);
            }
        }
    }

    private static List<Hash256> with(List<Hash256> siblings, @Nullable Hash256 sibling) {
        List<Hash256> longer = new ArrayList<>(siblings);
        if (sibling != null) {
            longer.add(sibling);
        }
        return longer;
    }
}
