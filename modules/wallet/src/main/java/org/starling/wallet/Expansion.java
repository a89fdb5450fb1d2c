package org.starling.wallet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/**
 * What a descriptor stands for at one index: all that recognising and spending its outputs takes.
 *
 * @param scripts the output scripts
 * @param keys the keys that they are made of
 * @param inner redeem scripts and witness scripts
 * @param musig which of the keys are MuSig2 aggregates, and of which
 * @param taproot of a Taproot output: what it commits to; null for any other
 */
public record Expansion(
        List<Bytes> scripts,
        List<Key> keys,
        List<Bytes> inner,
        List<Musig> musig,
        @Nullable TaprootOutput taproot) {
    public Expansion {
        scripts = List.copyOf(scripts);
        keys = List.copyOf(keys);
        inner = List.copyOf(inner);
        musig = List.copyOf(musig);
    }

    /**
     * A key.
     *
     * @param publicKey in 33 or 65 bytes
     * @param secret 32 bytes; null if it is not known
     * @param xOnly whether the output or leaf has only its x coordinate
     */
    public record Key(
            Bytes publicKey, KeyOrigin origin, @Nullable Bytes secret, boolean xOnly) {
        /** Says nothing of the secret. */
        @Override
        public String toString() {
            return "Key[" + publicKey + (secret == null ? "]" : ", with its secret]");
        }
    }

    /**
     * A MuSig2 key (BIP-0327).
     *
     * @param publicKey 33 bytes
     * @param aggregate 33 bytes, from which it is derived (BIP-0328), or the same
     * @param participants 33 bytes each, in the order in which they are aggregated
     */
    public record Musig(Bytes publicKey, Bytes aggregate, List<Bytes> participants) {
        public Musig {
            participants = List.copyOf(participants);
        }
    }

    /**
     * A Taproot output (BIP-0341).
     *
     * @param outputKey 32 bytes
     * @param internalKey 32 bytes
     * @param merkleRoot of its scripts; null without any
     */
    public record TaprootOutput(
            Bytes outputKey, Bytes internalKey, @Nullable Hash256 merkleRoot, List<TaprootLeaf> leaves) {
        public TaprootOutput {
            leaves = List.copyOf(leaves);
        }
    }

    /**
     * A script that can spend a Taproot output.
     *
     * @param depth of the leaf in the tree
     * @param controlBlock that proves it (BIP-0341)
     */
    public record TaprootLeaf(int depth, int version, Bytes script, Bytes controlBlock) {}
}
