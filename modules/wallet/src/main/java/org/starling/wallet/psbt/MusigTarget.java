package org.starling.wallet.psbt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.Musig;
import org.starling.crypto.MusigKey;
import org.starling.crypto.MusigSession;
import org.starling.crypto.Schnorr;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.KeyOrigin;

/**
 * A key for which an input wants a signature and which several make together (BIP-0373).
 *
 * @param key as it stands in the output or in the leaf, with all tweaks
 * @param participants in the order in which they are aggregated
 * @param leafHash of the script that has the key; null for the output key
 */
record MusigTarget(
        MusigKey key, List<Bytes> participants, @Nullable Hash256 leafHash) {
    /** How the output key comes from MuSig2 keys that the input names; null if it does not. */
    static @Nullable MusigTarget ofOutput(PsbtInput input, Bytes outputKey) {
        Bytes internal = input.taprootInternalKey();
        for (Map.Entry<Bytes, List<Bytes>> named : input.musigParticipants().entrySet()) {
            MusigKey key = reach(input, named.getKey(), named.getValue(), outputKey);
            if (key == null && internal != null) {
                key = reach(input, named.getKey(), named.getValue(), internal);
                key = key == null
                        ? null
                        : key.xOnlyTweak(Taproot.tweak(internal, input.taprootMerkleRoot())
                                .toBytes());
            }
            if (key != null && key.xOnlyKey().equals(outputKey)) {
                return new MusigTarget(key, named.getValue(), null);
            }
        }
        return null;
    }

    /** How a key in a leaf comes from MuSig2 keys that the input names; null if it does not. */
    static @Nullable MusigTarget ofLeaf(PsbtInput input, Bytes leafKey, Hash256 leafHash) {
        for (Map.Entry<Bytes, List<Bytes>> named : input.musigParticipants().entrySet()) {
            MusigKey key = reach(input, named.getKey(), named.getValue(), leafKey);
            if (key != null) {
                return new MusigTarget(key, named.getValue(), leafHash);
            }
        }
        return null;
    }

    /** The key with this x coordinate: the aggregate, or one that the input says is derived from it (BIP-0328). */
    private static @Nullable MusigKey reach(PsbtInput input, Bytes aggregate, List<Bytes> participants, Bytes xOnly) {
        MusigKey key = Musig.aggregateKeys(participants);
        if (key == null || !key.publicKey().equals(aggregate)) {
            return null;
        }
        TaprootOrigin origin = input.taprootDerivations().get(xOnly);
        if (origin != null
                && origin.origin().fingerprint().equals(Hash160.hash(aggregate).slice(0, 4))) {
            key = derive(key, origin.origin());
        }
        return key != null && key.xOnlyKey().equals(xOnly) ? key : null;
    }

    private static @Nullable MusigKey derive(MusigKey aggregate, KeyOrigin origin) {
        MusigKey key = aggregate;
        ExtendedKey extended = ExtendedKey.ofAggregate(aggregate.publicKey());
        for (int step : origin.path()) {
            if (step < 0) {
                return null;
            }
            key = key.plainTweak(extended.tweak(step));
            ExtendedKey child = extended.child(step);
            if (key == null || child == null) {
                return null;
            }
            extended = child;
        }
        return key;
    }

    /** Under which the input has the participant's nonce and part. */
    MusigSigner signer(Bytes participant) {
        return new MusigSigner(participant, key.publicKey(), leafHash);
    }

    /** The signing of that hash; null until all nonces are there. */
    @Nullable
    MusigSession session(PsbtInput input, Hash256 hash) {
        Map<MusigSigner, Bytes> nonces = input.musigPublicNonces();
        List<Bytes> all = participants.stream()
                .map(participant -> nonces.getOrDefault(signer(participant), Bytes.EMPTY))
                .toList();
        Bytes aggregate = all.contains(Bytes.EMPTY) ? null : Musig.aggregateNonces(all);
        return aggregate == null ? null : MusigSession.start(key, aggregate, hash.toBytes());
    }

    /** The signature of that hash, 64 bytes; null until all parts are there and make one. */
    @Nullable
    Bytes signature(PsbtInput input, Hash256 hash) {
        MusigSession session = session(input, hash);
        Map<MusigSigner, Bytes> parts = input.musigPartialSignatures();
        List<Bytes> all = participants.stream()
                .map(participant -> parts.getOrDefault(signer(participant), Bytes.EMPTY))
                .toList();
        Bytes signature = session == null || all.contains(Bytes.EMPTY) ? null : session.aggregate(all);
        return signature != null && Schnorr.verify(key.xOnlyKey(), signature, hash) ? signature : null;
    }
}
