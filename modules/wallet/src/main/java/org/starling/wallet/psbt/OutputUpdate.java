package org.starling.wallet.psbt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutputScript;
import org.starling.wallet.Expansion;

/** Adds to an output what is known of it, so that signers see which outputs are theirs. */
final class OutputUpdate {
    /** Finds scripts and origins, and signs nothing. */
    private static final Signatures NONE = new Signatures() {
        @Override
        public @Nullable Bytes ecdsa(Bytes publicKey, Bytes scriptCode, boolean isWitness) {
            return null;
        }

        @Override
        public boolean isValid(Bytes publicKey, Bytes signature, Bytes scriptCode, boolean isWitness) {
            return false;
        }

        @Override
        public @Nullable Bytes taprootKey(PsbtInput input, Bytes outputKey) {
            return null;
        }

        @Override
        public @Nullable Bytes taprootScript(PsbtInput input, Bytes key, Hash256 leafHash) {
            return null;
        }
    };

    private OutputUpdate() {}

    static PsbtOutput apply(PsbtOutput output, Bytes scriptPubKey, KeyRing keys) {
        PsbtInput spend =
                InputSolver.solve(PsbtInput.EMPTY, scriptPubKey, keys, NONE).input();
        PsbtOutput updated = copy(spend.redeemScript(), PsbtOutput.REDEEM_SCRIPT, output);
        updated = copy(spend.witnessScript(), PsbtOutput.WITNESS_SCRIPT, updated);
        updated = copy(spend.map().all(PsbtInput.BIP32_DERIVATION), PsbtOutput.BIP32_DERIVATION, updated);
        updated = copy(spend.taprootInternalKey(), PsbtOutput.TAP_INTERNAL_KEY, updated);
        updated = copy(spend.map().all(PsbtInput.TAP_BIP32_DERIVATION), PsbtOutput.TAP_BIP32_DERIVATION, updated);
        updated = copy(spend.map().all(PsbtInput.MUSIG_PARTICIPANTS), PsbtOutput.MUSIG_PARTICIPANTS, updated);
        OutputScript form = OutputScript.of(scriptPubKey);
        Expansion.TaprootOutput taproot = form.type() == OutputScript.Type.WITNESS_V1_TAPROOT
                ? keys.taprootOutput(form.solutions().getFirst())
                : null;
        return taproot == null || taproot.leaves().isEmpty()
                ? updated
                : copy(TreeLeaf.write(leaves(taproot)), PsbtOutput.TAP_TREE, updated);
    }

    private static List<TreeLeaf> leaves(Expansion.TaprootOutput taproot) {
        return taproot.leaves().stream()
                .map(leaf -> new TreeLeaf(leaf.depth(), leaf.version(), leaf.script()))
                .toList();
    }

    private static PsbtOutput copy(@Nullable Bytes value, int type, PsbtOutput output) {
        return value == null ? output : output.with(type, value);
    }

    private static PsbtOutput copy(Map<Bytes, Bytes> values, int type, PsbtOutput output) {
        PsbtOutput updated = output;
        for (Map.Entry<Bytes, Bytes> field : values.entrySet()) {
            updated = updated.with(type, field.getKey(), field.getValue());
        }
        return updated;
    }
}
