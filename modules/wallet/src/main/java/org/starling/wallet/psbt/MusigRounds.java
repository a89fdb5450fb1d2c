package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutputScript;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Musig;
import org.starling.crypto.MusigSession;
import org.starling.crypto.SecretKeys;
import org.starling.wallet.LeafScript;

/**
 * A signer of MuSig2 (BIP-0327) by PSBTs (BIP-0373), in two rounds: first each participant adds a nonce, then, when all
 * nonces are there, each adds its part of the signature. {@link PsbtSigner#finalizeInputs} joins the parts.
 *
 * <p>The secret halves of the nonces stay here between the rounds. They are in memory only, so that no copy of a file can
 * make a nonce sign twice; whoever loses them begins anew. Safe for use by several threads.
 */
public final class MusigRounds {
    /** Most nonces that wait for their second round; beyond, the oldest are dropped. */
    static final int MAX_WAITING = 1000;

    private final Map<Bytes, Musig.SecretNonce> waiting = new LinkedHashMap<>();

    /**
     * Does what the PSBT is ready for: adds nonces and parts for the participants whose private keys are on the ring.
     *
     * @param hashType as in {@link Sighash}, for inputs that do not say one
     * @param randomness gives 32 fresh random bytes each time
     */
    public Psbt advance(Psbt psbt, KeyRing keys, int hashType, Supplier<Bytes> randomness) {
        Spends spends = new Spends(psbt);
        if (!spends.allKnown()) {
            return psbt;
        }
        SighashCache sighash = spends.sighash();
        List<PsbtInput> inputs = new ArrayList<>();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            PsbtInput input = psbt.inputs().get(i);
            TxOut spent = spends.output(i);
            boolean open = !input.isFinal() && !input.musigParticipants().isEmpty();
            inputs.add(
                    open && spent != null
                            ? advance(input, spent.scriptPubKey(), sighash, i, keys, hashType, randomness)
                            : input);
        }
        return psbt.withInputs(inputs);
    }

    private PsbtInput advance(
            PsbtInput before,
            Bytes scriptPubKey,
            SighashCache sighash,
            int index,
            KeyRing keys,
            int hashType,
            Supplier<Bytes> randomness) {
        PsbtInput input = before;
        Integer asked = input.sighashType();
        int type = asked == null ? hashType : asked;
        for (MusigTarget target : targets(input, scriptPubKey)) {
            Hash256 leaf = target.leafHash();
            Hash256 hash = leaf == null
                    ? sighash.taprootKeyPath(index, type, null)
                    : sighash.tapscript(index, type, null, leaf, -1);
            if (hash == null) {
                continue;
            }
            for (Bytes participant : target.participants()) {
                Bytes secret = keys.secret(participant);
                if (secret != null) {
                    input = advance(input, target, participant, secret, hash, randomness);
                }
            }
        }
        boolean changed = !input.equals(before);
        return changed && asked == null && type != Sighash.DEFAULT ? input.withSighashType(type) : input;
    }

    /** The MuSig2 keys that the output, or a leaf of it, wants signatures of. */
    private static List<MusigTarget> targets(PsbtInput input, Bytes scriptPubKey) {
        List<MusigTarget> targets = new ArrayList<>();
        OutputScript form = OutputScript.of(scriptPubKey);
        if (form.type() != OutputScript.Type.WITNESS_V1_TAPROOT) {
            return targets;
        }
        add(targets, MusigTarget.ofOutput(input, form.solutions().getFirst()));
        for (Bytes leaf : input.taprootLeafScripts().values()) {
            int last = leaf.length() - 1;
            Bytes script = leaf.slice(0, last);
            LeafScript read = leaf.unsigned(last) == Taproot.TAPSCRIPT_LEAF ? LeafScript.of(script) : null;
            for (Bytes key : read == null ? List.<Bytes>of() : read.keys()) {
                add(targets, MusigTarget.ofLeaf(input, key, Taproot.leafHash(Taproot.TAPSCRIPT_LEAF, script)));
            }
        }
        return targets;
    }

    private static void add(List<MusigTarget> targets, @Nullable MusigTarget target) {
        if (target != null) {
            targets.add(target);
        }
    }

    private PsbtInput advance(
            PsbtInput input,
            MusigTarget target,
            Bytes participant,
            Bytes secret,
            Hash256 hash,
            Supplier<Bytes> randomness) {
        MusigSigner signer = target.signer(participant);
        Bytes publicNonce = input.musigPublicNonces().get(signer);
        if (publicNonce == null) {
            Musig.Nonce nonce =
                    Musig.generateNonce(randomness.get(), participant, secret, target.key(), hash.toBytes(), null);
            keep(nonce);
            return input.with(PsbtInput.MUSIG_PUBLIC_NONCE, signer.data(), nonce.publicNonce());
        }
        MusigSession session = target.session(input, hash);
        if (session == null || input.musigPartialSignatures().containsKey(signer)) {
            return input;
        }
        Musig.SecretNonce nonce = take(publicNonce);
        return nonce == null || !nonce.publicKey().equals(SecretKeys.publicKey(secret))
                ? input
                : input.with(PsbtInput.MUSIG_PARTIAL_SIGNATURE, signer.data(), session.sign(nonce, secret));
    }

    private synchronized void keep(Musig.Nonce nonce) {
        waiting.put(nonce.publicNonce(), nonce.secret());
        if (waiting.size() > MAX_WAITING) {
            waiting.remove(waiting.keySet().iterator().next());
        }
    }

    private synchronized Musig.@Nullable SecretNonce take(Bytes publicNonce) {
        return waiting.remove(publicNonce);
    }
}
