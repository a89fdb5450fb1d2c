package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutputScript;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.Sha256;
import org.starling.wallet.Expansion;
import org.starling.wallet.KeyOrigin;
import org.starling.wallet.LeafScript;

/**
 * Finds what spends an output: fills an input of a PSBT with scripts, origins of keys and signatures as far as they are
 * to be had, and if they suffice makes scriptSig and witness of them.
 */
final class InputSolver {
    private final KeyRing keys;

    private final Signatures signatures;
    private PsbtInput input;
    private boolean isWitness;
    private final List<Bytes> missingKeys = new ArrayList<>();
    private final List<Bytes> missingSignatures = new ArrayList<>();
    private @Nullable Bytes missingRedeemScript;
    private @Nullable Bytes missingWitnessScript;

    /**
     * What came of it.
     *
     * @param input with all that was found, not finalized
     * @param isWitness whether its signatures are in the witness, so that they sign the amount
     * @param unlock null if anything is missing
     */
    record Solution(
            PsbtInput input, boolean isWitness, @Nullable Unlock unlock, Missing missing) {}

    /** What unlocks the output. */
    record Unlock(Bytes scriptSig, List<Bytes> witness) {}

    private InputSolver(PsbtInput input, KeyRing keys, Signatures signatures) {
        this.input = input;
        this.keys = keys;
        this.signatures = signatures;
    }

    static Solution solve(PsbtInput input, Bytes scriptPubKey, KeyRing keys, Signatures signatures) {
        InputSolver solver = new InputSolver(input, keys, signatures);
        Unlock unlock = solver.solve(scriptPubKey);
        Missing missing = new Missing(
                solver.missingKeys, solver.missingSignatures, solver.missingRedeemScript, solver.missingWitnessScript);
        return new Solution(solver.input, solver.isWitness, unlock, missing);
    }

    private @Nullable Unlock solve(Bytes scriptPubKey) {
        OutputScript form = OutputScript.of(scriptPubKey);
        if (form.type() != OutputScript.Type.SCRIPTHASH) {
            return form.type() == OutputScript.Type.WITNESS_V1_TAPROOT
                    ? inWitness(solveTaproot(form.solutions().getFirst()))
                    : solveScript(scriptPubKey, form);
        }
        Bytes hash = form.solutions().getFirst();
        Bytes redeem = script(hash, input.redeemScript());
        if (redeem == null) {
            missingRedeemScript = hash;
            return null;
        }
        input = input.with(PsbtInput.REDEEM_SCRIPT, redeem);
        Unlock inner = solveScript(redeem, OutputScript.of(redeem));
        return inner == null
                ? null
                : new Unlock(
                        Bytes.concat(
                                inner.scriptSig(),
                                new ScriptBuilder().data(redeem).build()),
                        inner.witness());
    }

    private static @Nullable Unlock inWitness(@Nullable List<Bytes> stack) {
        return stack == null ? null : new Unlock(Bytes.EMPTY, stack);
    }

    /** A script that is neither P2SH nor Taproot: the output's, or the redeem script. */
    private @Nullable Unlock solveScript(Bytes script, OutputScript form) {
        return switch (form.type()) {
            case WITNESS_V0_KEYHASH -> {
                isWitness = true;
                Bytes code = Script.p2pkh(form.solutions().getFirst());
                yield inWitness(stack(code, OutputScript.of(code)));
            }
            case WITNESS_V0_SCRIPTHASH -> solveWitnessScript(form.solutions().getFirst());
            case PUBKEY, PUBKEYHASH, MULTISIG -> {
                List<Bytes> stack = stack(script, form);
                yield stack == null ? null : new Unlock(pushes(stack), List.of());
            }
            case ANCHOR -> new Unlock(Bytes.EMPTY, List.of());
            case NONSTANDARD, SCRIPTHASH, NULLDATA, WITNESS_V1_TAPROOT, WITNESS_UNKNOWN -> null;
        };
    }

    private @Nullable Unlock solveWitnessScript(Bytes hash) {
        Bytes script = script(hash, input.witnessScript());
        if (script == null) {
            missingWitnessScript = hash;
            return null;
        }
        isWitness = true;
        input = input.with(PsbtInput.WITNESS_SCRIPT, script);
        List<Bytes> stack = stack(script, OutputScript.of(script));
        if (stack == null) {
            return null;
        }
        stack.add(script);
        return inWitness(stack);
    }

    /** The script with that hash: the one that the input has, if it is right, or one that is known. */
    private @Nullable Bytes script(Bytes hash, @Nullable Bytes given) {
        boolean right = given != null
                && (hash.length() == Hash256.BYTES
                        ? Sha256.once(given).toBytes().equals(hash)
                        : Hash160.hash(given).equals(hash));
        return right ? given : keys.script(hash);
    }

    /** What the script wants on the stack; null if that is not to be had. */
    private @Nullable List<Bytes> stack(Bytes script, OutputScript form) {
        List<Bytes> stack = new ArrayList<>();
        switch (form.type()) {
            case PUBKEY -> stack.add(signature(form.solutions().getFirst(), script));
            case PUBKEYHASH -> {
                Bytes publicKey = publicKey(form.solutions().getFirst());
                if (publicKey == null) {
                    missingKeys.add(form.solutions().getFirst());
                    return null;
                }
                stack.add(signature(publicKey, script));
                stack.add(publicKey);
            }
            case MULTISIG -> multisigStack(form.solutions(), script, stack);
            case NONSTANDARD,
                    SCRIPTHASH,
                    NULLDATA,
                    ANCHOR,
                    WITNESS_V0_KEYHASH,
                    WITNESS_V0_SCRIPTHASH,
                    WITNESS_V1_TAPROOT,
                    WITNESS_UNKNOWN -> {
                return null;
            }
        }
        boolean multisig = form.type() == OutputScript.Type.MULTISIG;
        boolean whole = multisig
                ? stack.size() == 1 + form.solutions().getFirst().unsigned(0)
                : !stack.getFirst().isEmpty();
        return whole ? stack : null;
    }

    private void multisigStack(List<Bytes> solutions, Bytes script, List<Bytes> stack) {
        int required = solutions.getFirst().unsigned(0);
        stack.add(Bytes.EMPTY); // the element that CHECKMULTISIG takes too many
        for (Bytes publicKey : solutions.subList(1, solutions.size() - 1)) {
            Bytes signature = signature(publicKey, script);
            if (!signature.isEmpty() && stack.size() <= required) {
                stack.add(signature);
            }
        }
    }

    private @Nullable Bytes publicKey(Bytes hash) {
        for (SortedMap<Bytes, ?> known : List.of(input.partialSignatures(), input.derivations())) {
            for (Bytes publicKey : known.keySet()) {
                if (Hash160.hash(publicKey).equals(hash)) {
                    return publicKey;
                }
            }
        }
        return keys.publicKey(hash);
    }

    /** The key's signature, which is then among the input's, or empty. */
    private Bytes signature(Bytes publicKey, Bytes script) {
        Bytes given = input.partialSignatures().get(publicKey);
        if (given != null && signatures.isValid(publicKey, given, script, isWitness)) {
            return given;
        }
        KeyOrigin origin = keys.origin(publicKey);
        if (origin != null && !input.derivations().containsKey(publicKey)) {
            input = input.withDerivation(publicKey, origin);
        }
        Bytes made = signatures.ecdsa(publicKey, script, isWitness);
        if (made == null) {
            missingSignatures.add(Hash160.hash(publicKey));
            return Bytes.EMPTY;
        }
        input = input.with(PsbtInput.PARTIAL_SIGNATURE, publicKey, made);
        return made;
    }

    private static Bytes pushes(List<Bytes> stack) {
        ScriptBuilder script = new ScriptBuilder();
        stack.forEach(script::data);
        return script.build();
    }

    private @Nullable List<Bytes> solveTaproot(Bytes outputKey) {
        isWitness = true;
        Expansion.TaprootOutput known = keys.taprootOutput(outputKey);
        if (known != null) {
            describe(known);
        }
        Bytes internalKey = input.taprootInternalKey();
        addTaprootOrigin(internalKey == null ? outputKey : internalKey, null);
        Bytes given = input.taprootKeySignature();
        if (given != null) {
            return List.of(given);
        }
        Bytes made = signatures.taprootKey(input, outputKey);
        if (made != null) {
            input = input.with(PsbtInput.TAP_KEY_SIGNATURE, made);
            return List.of(made);
        }
        List<Bytes> best = null;
        for (Map.Entry<Bytes, Bytes> leaf : input.taprootLeafScripts().entrySet()) {
            List<Bytes> witness = leafWitness(leaf.getKey(), leaf.getValue());
            if (witness != null && (best == null || length(witness) < length(best))) {
                best = witness;
            }
        }
        if (best == null && internalKey != null) {
            missingSignatures.add(Hash160.hash(internalKey));
        }
        return best;
    }

    private void describe(Expansion.TaprootOutput output) {
        input = input.with(PsbtInput.TAP_INTERNAL_KEY, output.internalKey());
        Hash256 root = output.merkleRoot();
        if (root != null) {
            input = input.with(PsbtInput.TAP_MERKLE_ROOT, root.toBytes());
        }
        for (Expansion.TaprootLeaf leaf : output.leaves()) {
            input = input.with(
                    PsbtInput.TAP_LEAF_SCRIPT, leaf.controlBlock(), Bytes.concat(leaf.script(), Bytes.copyOf((byte)
                            leaf.version())));
        }
    }

    private void addTaprootOrigin(Bytes key, @Nullable Hash256 leafHash) {
        addOneTaprootOrigin(key, leafHash);
        Expansion.Musig musig = keys.musig(key);
        if (musig != null) {
            input = input.with(
                    PsbtInput.MUSIG_PARTICIPANTS,
                    musig.aggregate(),
                    Bytes.concat(musig.participants().toArray(Bytes[]::new)));
            musig.participants().forEach(participant -> addOneTaprootOrigin(KeyRing.xOnly(participant), leafHash));
        }
    }

    private void addOneTaprootOrigin(Bytes key, @Nullable Hash256 leafHash) {
        TaprootOrigin before = input.taprootDerivations().get(key);
        KeyOrigin origin = before == null ? keys.origin(key) : before.origin();
        if (origin == null) {
            return;
        }
        TreeSet<Hash256> leaves = new TreeSet<>(TaprootOrigin.LEAF_ORDER);
        leaves.addAll(before == null ? List.of() : before.leafHashes());
        if (leafHash != null) {
            leaves.add(leafHash);
        }
        input = input.withTaprootDerivation(key, new TaprootOrigin(List.copyOf(leaves), origin));
    }

    /** @param scriptAndVersion as the input has them: the version in the last byte */
    private @Nullable List<Bytes> leafWitness(Bytes controlBlock, Bytes scriptAndVersion) {
        int last = scriptAndVersion.length() - 1;
        Bytes script = scriptAndVersion.slice(0, last);
        LeafScript form = scriptAndVersion.unsigned(last) == Taproot.TAPSCRIPT_LEAF ? LeafScript.of(script) : null;
        if (form == null) {
            return null;
        }
        Hash256 leafHash = Taproot.leafHash(Taproot.TAPSCRIPT_LEAF, script);
        List<Bytes> made = new ArrayList<>();
        int needed = form.threshold();
        for (Bytes key : form.keys()) {
            Bytes signature = leafSignature(key, leafHash);
            boolean used = needed > 0 && !signature.isEmpty();
            made.add(used ? signature : Bytes.EMPTY);
            needed -= used ? 1 : 0;
        }
        // The script takes the signature of its first key from the top.
        List<Bytes> witness = new ArrayList<>(made.reversed());
        witness.add(script);
        witness.add(controlBlock);
        return needed > 0 ? null : witness;
    }

    /** The key's signature, which is then among the input's, or empty. */
    private Bytes leafSignature(Bytes key, Hash256 leafHash) {
        addTaprootOrigin(key, leafHash);
        Bytes name = Bytes.concat(key, leafHash.toBytes());
        Bytes given = input.taprootScriptSignatures().get(name);
        if (given != null) {
            return given;
        }
        Bytes made = signatures.taprootScript(input, key, leafHash);
        if (made == null) {
            return Bytes.EMPTY;
        }
        input = input.with(PsbtInput.TAP_SCRIPT_SIGNATURE, name, made);
        return made;
    }

    private static int length(List<Bytes> witness) {
        return witness.stream().mapToInt(Bytes::length).sum();
    }
}
