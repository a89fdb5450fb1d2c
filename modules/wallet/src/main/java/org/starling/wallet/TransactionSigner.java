package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;

/**
 * Signs inputs with the keys and scripts that it was given: keys and their hashes, multisig, P2SH, witness version 0
 * and the key path of Taproot. Of a multisig it keeps the valid signatures that are there, so that the signers of one
 * transaction can sign in turn. Whether an input is complete then, {@link
 * org.starling.consensus.script.ScriptVerifier} tells.
 */
public final class TransactionSigner {
    private final Bytes auxiliary;
    private final Map<Bytes, Bytes> secrets = new TreeMap<>();
    private final Map<Bytes, Bytes> publicKeys = new TreeMap<>();
    private final Map<Bytes, Bytes> taprootSecrets = new TreeMap<>();
    private final Map<Bytes, Bytes> leafSecrets = new TreeMap<>();
    private final Map<Bytes, Expansion.TaprootOutput> taprootOutputs = new TreeMap<>();
    private final Map<Bytes, Bytes> scripts = new TreeMap<>();

    /** @param auxiliary 32 random bytes that protect Schnorr signatures against faults (BIP-0340) */
    public TransactionSigner(Bytes auxiliary) {
        this.auxiliary = auxiliary;
    }

    /** Adds a private key of 32 bytes, whose public key is used in 33 bytes if {@code compressed}, else in 65. */
    public TransactionSigner addKey(Bytes secret, boolean compressed) {
        Bytes publicKey = SecretKeys.publicKey(secret, compressed);
        secrets.put(publicKey, secret);
        publicKeys.put(Hash160.hash(publicKey), publicKey);
        if (compressed) {
            addScript(Script.witness(0, Hash160.hash(publicKey)));
            addTaproot(secret, publicKey.from(1));
        }
        return this;
    }

    /** Adds what a descriptor stands for at one index, with the private keys that it knows. */
    public TransactionSigner add(Expansion expansion) {
        for (Expansion.Key key : expansion.keys()) {
            publicKeys.put(Hash160.hash(key.publicKey()), key.publicKey());
            Bytes secret = key.secret();
            if (secret != null) {
                addKey(secret, key.publicKey().length() == PublicKeys.COMPRESSED);
            }
        }
        expansion.inner().forEach(this::addScript);
        Expansion.TaprootOutput taproot = expansion.taproot();
        if (taproot != null) {
            taprootOutputs.put(taproot.outputKey(), taproot);
            Bytes secret = leafSecrets.get(taproot.internalKey());
            Bytes tweaked = secret == null
                    ? null
                    : SecretKeys.xOnlyTweakAdd(
                            secret,
                            Taproot.tweak(taproot.internalKey(), taproot.merkleRoot())
                                    .toBytes());
            if (tweaked != null) {
                taprootSecrets.put(taproot.outputKey(), tweaked);
            }
        }
        return this;
    }

    private void addTaproot(Bytes secret, Bytes internalKey) {
        leafSecrets.put(internalKey, secret);
        Hash256 tweak = Taproot.tweak(internalKey, null);
        PublicKeys.XOnly output = Taproot.outputKey(internalKey, null);
        Bytes tweaked = SecretKeys.xOnlyTweakAdd(secret, tweak.toBytes());
        if (output != null && tweaked != null) {
            taprootSecrets.put(output.key(), tweaked);
        }
        taprootSecrets.put(internalKey, secret);
    }

    /** Adds a redeem script or witness script. */
    public TransactionSigner addScript(Bytes script) {
        scripts.put(Hash160.hash(script), script);
        scripts.put(Sha256.once(script).toBytes(), script);
        return this;
    }

    /**
     * The transaction with every input signed that can be; the others as they were.
     *
     * @param prevouts what each input spends, in their order; null where that is not known
     * @param hashType as in {@link Sighash}; {@link Sighash#DEFAULT} is Taproot's, and means {@link Sighash#ALL} elsewhere
     */
    public Transaction sign(Transaction transaction, List<@Nullable TxOut> prevouts, int hashType) {
        boolean allKnown = true;
        List<TxOut> known = new ArrayList<>(prevouts.size());
        for (TxOut prevout : prevouts) {
            allKnown &= prevout != null;
            known.add(prevout == null ? new TxOut(0, Bytes.EMPTY) : prevout);
        }
        SighashCache sighash = new SighashCache(transaction, known);
        List<TxIn> inputs = new ArrayList<>(prevouts.size());
        for (int i = 0; i < prevouts.size(); i++) {
            TxIn signed = prevouts.get(i) == null ? null : new Input(sighash, i, hashType, allKnown).sign();
            inputs.add(signed == null ? transaction.inputs().get(i) : signed);
        }
        return Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime());
    }

    /** One input on the way to its signatures. */
    private final class Input {
        private final SighashCache sighash;
        private final int index;
        private final int hashType;
        private final boolean allKnown;
        private final TxIn input;

        Input(SighashCache sighash, int index, int hashType, boolean allKnown) {
            this.sighash = sighash;
            this.index = index;
            this.hashType = hashType;
            this.allKnown = allKnown;
            this.input = sighash.transaction().inputs().get(index);
        }

        /** The signed input, or null if it cannot be signed. */
        @Nullable
        TxIn sign() {
            Bytes scriptPubKey = sighash.prevouts().get(index).scriptPubKey();
            OutputScript output = OutputScript.of(scriptPubKey);
            Bytes redeemScript = output.type() == OutputScript.Type.SCRIPTHASH
                    ? scripts.get(output.solutions().getFirst())
                    : null;
            if (redeemScript != null) {
                TxIn inner = signUnder(redeemScript, OutputScript.of(redeemScript));
                return inner == null
                        ? null
                        : inner.withScriptSig(Bytes.concat(
                                inner.scriptSig(),
                                new ScriptBuilder().data(redeemScript).build()));
            }
            return output.type() == OutputScript.Type.WITNESS_V1_TAPROOT
                    ? signTaproot(output.solutions().getFirst())
                    : signUnder(scriptPubKey, output);
        }

        private @Nullable TxIn signTaproot(Bytes outputKey) {
            Bytes secret = taprootSecrets.get(outputKey);
            if (secret == null || !allKnown) {
                return allKnown ? signLeaf(outputKey) : null;
            }
            Bytes signature = schnorr(secret, sighash.taprootKeyPath(index, hashType, null));
            return signature == null ? null : taprootInput(List.of(signature));
        }

        private @Nullable Bytes schnorr(Bytes secret, @Nullable Hash256 hash) {
            Bytes suffix = hashType == Sighash.DEFAULT ? Bytes.EMPTY : Bytes.copyOf((byte) hashType);
            return hash == null ? null : Bytes.concat(Schnorr.sign(secret, hash, auxiliary), suffix);
        }

        private TxIn taprootInput(List<Bytes> witness) {
            return new TxIn(input.previous(), Bytes.EMPTY, input.sequence(), witness);
        }

        /** By the script of the output that makes the smallest witness of those that can be signed in full. */
        private @Nullable TxIn signLeaf(Bytes outputKey) {
            Expansion.TaprootOutput output = taprootOutputs.get(outputKey);
            List<Bytes> best = null;
            for (Expansion.TaprootLeaf leaf : output == null ? List.<Expansion.TaprootLeaf>of() : output.leaves()) {
                List<Bytes> witness = leafWitness(leaf);
                if (witness != null && (best == null || length(witness) < length(best))) {
                    best = witness;
                }
            }
            return best == null ? null : taprootInput(best);
        }

        private @Nullable List<Bytes> leafWitness(Expansion.TaprootLeaf leaf) {
            LeafScript form = LeafScript.of(leaf.script());
            if (form == null) {
                return null;
            }
            Hash256 leafHash = Taproot.leafHash(leaf.version(), leaf.script());
            Hash256 hash = sighash.tapscript(index, hashType, null, leafHash, -1);
            List<Bytes> signatures = new ArrayList<>();
            int missing = form.threshold();
            for (Bytes key : form.keys()) {
                Bytes secret = missing > 0 ? leafSecrets.get(key) : null;
                Bytes signature = secret == null ? null : schnorr(secret, hash);
                signatures.add(signature == null ? Bytes.EMPTY : signature);
                missing -= signature == null ? 0 : 1;
            }
            // The script takes the signature of its first key from the top.
            List<Bytes> witness = new ArrayList<>(signatures.reversed());
            witness.add(leaf.script());
            witness.add(leaf.controlBlock());
            return missing > 0 ? null : witness;
        }

        private static int length(List<Bytes> witness) {
            return witness.stream().mapToInt(Bytes::length).sum();
        }

        /** Signs a script that is not P2SH nor Taproot: the output's, or the redeem script. */
        private @Nullable TxIn signUnder(Bytes script, OutputScript form) {
            Bytes witnessScript = switch (form.type()) {
                case WITNESS_V0_KEYHASH -> Script.p2pkh(form.solutions().getFirst());
                case WITNESS_V0_SCRIPTHASH -> scripts.get(form.solutions().getFirst());
                case NONSTANDARD,
                        PUBKEY,
                        PUBKEYHASH,
                        SCRIPTHASH,
                        MULTISIG,
                        NULLDATA,
                        ANCHOR,
                        WITNESS_V1_TAPROOT,
                        WITNESS_UNKNOWN -> null;
            };
            boolean isWitness = witnessScript != null;
            Bytes scriptCode = witnessScript == null ? script : witnessScript;
            List<Bytes> stack = stackFor(OutputScript.of(scriptCode), scriptCode, isWitness);
            if (stack == null) {
                return null;
            }
            if (!isWitness) {
                return new TxIn(input.previous(), pushes(stack), input.sequence(), input.witness());
            }
            if (form.type() == OutputScript.Type.WITNESS_V0_SCRIPTHASH) {
                stack.add(scriptCode);
            }
            return new TxIn(input.previous(), Bytes.EMPTY, input.sequence(), stack);
        }

        /** What the script wants on the stack, as far as it can be made; null if nothing can. */
        private @Nullable List<Bytes> stackFor(OutputScript form, Bytes scriptCode, boolean isWitness) {
            return switch (form.type()) {
                case PUBKEY -> {
                    Bytes signature = signature(form.solutions().getFirst(), scriptCode, isWitness);
                    yield signature == null ? null : new ArrayList<>(List.of(signature));
                }
                case PUBKEYHASH -> {
                    Bytes publicKey = publicKeys.get(form.solutions().getFirst());
                    Bytes signature = publicKey == null ? null : signature(publicKey, scriptCode, isWitness);
                    yield publicKey == null || signature == null
                            ? null
                            : new ArrayList<>(List.of(signature, publicKey));
                }
                case MULTISIG -> multisigStack(form.solutions(), scriptCode, isWitness);
                case NONSTANDARD,
                        SCRIPTHASH,
                        NULLDATA,
                        ANCHOR,
                        WITNESS_V0_KEYHASH,
                        WITNESS_V0_SCRIPTHASH,
                        WITNESS_V1_TAPROOT,
                        WITNESS_UNKNOWN -> null;
            };
        }

        private List<Bytes> multisigStack(List<Bytes> solutions, Bytes scriptCode, boolean isWitness) {
            int required = solutions.getFirst().unsigned(0);
            List<Bytes> present = elements();
            List<Bytes> stack = new ArrayList<>();
            stack.add(Bytes.EMPTY); // the element that CHECKMULTISIG takes too many
            for (Bytes publicKey : solutions.subList(1, solutions.size() - 1)) {
                Bytes signature = signature(publicKey, scriptCode, isWitness);
                if (signature == null) {
                    signature = presentSignature(present, publicKey, scriptCode, isWitness);
                }
                if (signature != null && stack.size() <= required) {
                    stack.add(signature);
                }
            }
            while (stack.size() <= required) {
                stack.add(Bytes.EMPTY);
            }
            return stack;
        }

        private @Nullable Bytes signature(Bytes publicKey, Bytes scriptCode, boolean isWitness) {
            Bytes secret = secrets.get(publicKey);
            int type = hashType == Sighash.DEFAULT ? Sighash.ALL : hashType;
            boolean signsNothing = (type & ~Sighash.ANYONECANPAY) == Sighash.SINGLE
                    && index >= sighash.transaction().outputs().size();
            if (secret == null || signsNothing || isWitness && publicKey.length() != PublicKeys.COMPRESSED) {
                return null;
            }
            return Bytes.concat(Ecdsa.sign(secret, hash(scriptCode, isWitness, type)), Bytes.copyOf((byte) type));
        }

        private Hash256 hash(Bytes scriptCode, boolean isWitness, int type) {
            return isWitness ? sighash.witnessV0(index, scriptCode, type) : sighash.legacy(index, scriptCode, type);
        }

        private @Nullable Bytes presentSignature(
                List<Bytes> present, Bytes publicKey, Bytes scriptCode, boolean isWitness) {
            for (Bytes element : present) {
                if (element.length() > 1) {
                    int last = element.length() - 1;
                    Hash256 hash = hash(scriptCode, isWitness, element.unsigned(last));
                    if (Ecdsa.verify(publicKey, element.slice(0, last), hash)) {
                        return element;
                    }
                }
            }
            return null;
        }

        /** All that the input's scriptSig and witness push. */
        private List<Bytes> elements() {
            List<Bytes> elements = new ArrayList<>(input.witness());
            ScriptReader reader = new ScriptReader(input.scriptSig());
            while (reader.hasNext() && reader.next() >= 0) {
                elements.add(reader.data());
            }
            return elements;
        }
    }

    private static Bytes pushes(List<Bytes> stack) {
        ScriptBuilder script = new ScriptBuilder();
        stack.forEach(script::data);
        return script.build();
    }
}
