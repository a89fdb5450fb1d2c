package org.starling.wallet.psbt;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;

/** Where the signatures of one input come from. */
interface Signatures {
    /** A signature, with its hash type behind it, by the key in the script; null if it cannot be made. */
    @Nullable
    Bytes ecdsa(Bytes publicKey, Bytes scriptCode, boolean isWitness);

    /** Whether a signature that somebody gave is one. */
    boolean isValid(Bytes publicKey, Bytes signature, Bytes scriptCode, boolean isWitness);

    /**
     * A signature of an output key: by the internal key, by the output key itself, or of the parts that MuSig2 signers
     * gave; null if it cannot be made.
     */
    @Nullable
    Bytes taprootKey(PsbtInput input, Bytes outputKey);

    /** A signature by the key in the leaf of that hash, or of the parts of it; null if it cannot be made. */
    @Nullable
    Bytes taprootScript(PsbtInput input, Bytes key, Hash256 leafHash);

    /** In place of randomness where nothing is signed. */
    Bytes NO_RANDOMNESS = Bytes.wrap(new byte[32]);

    /** Signatures of the usual lengths and no meaning, to learn how large an input becomes. */
    Signatures DUMMY = new Signatures() {
        private static final int ECDSA_BYTES = 71;

        @Override
        public Bytes ecdsa(Bytes publicKey, Bytes scriptCode, boolean isWitness) {
            return Bytes.wrap(new byte[ECDSA_BYTES]);
        }

        @Override
        public boolean isValid(Bytes publicKey, Bytes signature, Bytes scriptCode, boolean isWitness) {
            return true;
        }

        @Override
        public Bytes taprootKey(PsbtInput input, Bytes outputKey) {
            return Bytes.wrap(new byte[Schnorr.SIGNATURE_BYTES]);
        }

        @Override
        public Bytes taprootScript(PsbtInput input, Bytes key, Hash256 leafHash) {
            return Bytes.wrap(new byte[Schnorr.SIGNATURE_BYTES]);
        }
    };

    /**
     * Real ones.
     *
     * @param hashType of the signatures to make; {@link Sighash#DEFAULT} means {@link Sighash#ALL} before Taproot
     * @param allKnown whether all outputs that the transaction spends are known, which Taproot needs
     * @param auxiliary 32 random bytes against faults (BIP-0340)
     */
    record Real(SighashCache sighash, int index, int hashType, boolean allKnown, KeyRing keys, Bytes auxiliary)
            implements Signatures {
        @Override
        public @Nullable Bytes ecdsa(Bytes publicKey, Bytes scriptCode, boolean isWitness) {
            Bytes secret = keys.secret(publicKey);
            int type = hashType == Sighash.DEFAULT ? Sighash.ALL : hashType;
            boolean signsNothing = (type & ~Sighash.ANYONECANPAY) == Sighash.SINGLE
                    && index >= sighash.transaction().outputs().size();
            if (secret == null || signsNothing || isWitness && publicKey.length() != PublicKeys.COMPRESSED) {
                return null;
            }
            return Bytes.concat(Ecdsa.sign(secret, hash(scriptCode, isWitness, type)), Bytes.copyOf((byte) type));
        }

        @Override
        public boolean isValid(Bytes publicKey, Bytes signature, Bytes scriptCode, boolean isWitness) {
            if (signature.isEmpty()) {
                return false;
            }
            int last = signature.length() - 1;
            return Ecdsa.verify(
                    publicKey, signature.slice(0, last), hash(scriptCode, isWitness, signature.unsigned(last)));
        }

        private Hash256 hash(Bytes scriptCode, boolean isWitness, int type) {
            return isWitness ? sighash.witnessV0(index, scriptCode, type) : sighash.legacy(index, scriptCode, type);
        }

        @Override
        public @Nullable Bytes taprootKey(PsbtInput input, Bytes outputKey) {
            Hash256 hash = allKnown ? sighash.taprootKeyPath(index, hashType, null) : null;
            if (hash == null) {
                return null;
            }
            Bytes internalKey = input.taprootInternalKey();
            Bytes secret = keys.secret(outputKey);
            if (secret == null && internalKey != null) {
                secret = tweaked(outputKey, internalKey, input.taprootMerkleRoot());
            }
            if (secret != null) {
                return withHashType(Schnorr.sign(secret, hash, auxiliary));
            }
            MusigTarget target = MusigTarget.ofOutput(input, outputKey);
            return target == null ? null : withHashType(target.signature(input, hash));
        }

        private @Nullable Bytes tweaked(Bytes outputKey, Bytes internalKey, @Nullable Hash256 merkleRoot) {
            Bytes secret = keys.secret(internalKey);
            PublicKeys.XOnly output = secret == null ? null : Taproot.outputKey(internalKey, merkleRoot);
            return secret == null || output == null || !output.key().equals(outputKey)
                    ? null
                    : SecretKeys.xOnlyTweakAdd(
                            secret, Taproot.tweak(internalKey, merkleRoot).toBytes());
        }

        @Override
        public @Nullable Bytes taprootScript(PsbtInput input, Bytes key, Hash256 leafHash) {
            Hash256 hash = allKnown ? sighash.tapscript(index, hashType, null, leafHash, -1) : null;
            if (hash == null) {
                return null;
            }
            Bytes secret = keys.secret(key);
            if (secret != null) {
                return withHashType(Schnorr.sign(secret, hash, auxiliary));
            }
            MusigTarget target = MusigTarget.ofLeaf(input, key, leafHash);
            return target == null ? null : withHashType(target.signature(input, hash));
        }

        private @Nullable Bytes withHashType(@Nullable Bytes signature) {
            return signature == null || hashType == Sighash.DEFAULT
                    ? signature
                    : Bytes.concat(signature, Bytes.copyOf((byte) hashType));
        }
    }
}
