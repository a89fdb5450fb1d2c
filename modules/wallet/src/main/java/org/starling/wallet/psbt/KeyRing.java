package org.starling.wallet.psbt;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Script;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;
import org.starling.wallet.Expansion;
import org.starling.wallet.KeyOrigin;

/** The keys, their origins, scripts and Taproot outputs by which inputs and outputs are described, and signed. */
public final class KeyRing {
    private final Map<Bytes, Bytes> secrets = new TreeMap<>();
    private final Map<Bytes, Bytes> xOnlySecrets = new TreeMap<>();
    private final Map<Bytes, Bytes> publicKeys = new TreeMap<>();
    private final Map<Bytes, KeyOrigin> origins = new TreeMap<>();
    private final Map<Bytes, Bytes> scripts = new TreeMap<>();
    private final Map<Bytes, Expansion.Musig> musig = new TreeMap<>();
    private final Map<Bytes, Expansion.TaprootOutput> taprootOutputs = new TreeMap<>();

    /** Adds what a descriptor stands for at one index, with the private keys that it knows. */
    public KeyRing add(Expansion expansion) {
        for (Expansion.Key key : expansion.keys()) {
            publicKeys.put(Hash160.hash(key.publicKey()), key.publicKey());
            origins.put(key.publicKey(), key.origin());
            origins.put(xOnly(key.publicKey()), key.origin());
            Bytes secret = key.secret();
            if (secret != null) {
                addSecret(key.publicKey(), secret);
            }
        }
        expansion.inner().forEach(this::addScript);
        expansion.musig().forEach(key -> musig.put(xOnly(key.publicKey()), key));
        Expansion.TaprootOutput taproot = expansion.taproot();
        if (taproot != null) {
            taprootOutputs.put(taproot.outputKey(), taproot);
        }
        return this;
    }

    /** Adds a private key of 32 bytes, whose public key is used in 33 bytes if {@code compressed}, else in 65. */
    public KeyRing addKey(Bytes secret, boolean compressed) {
        Bytes publicKey = SecretKeys.publicKey(secret, compressed);
        publicKeys.put(Hash160.hash(publicKey), publicKey);
        addSecret(publicKey, secret);
        return compressed ? addScript(Script.witness(0, Hash160.hash(publicKey))) : this;
    }

    private void addSecret(Bytes publicKey, Bytes secret) {
        secrets.put(publicKey, secret);
        xOnlySecrets.put(xOnly(publicKey), secret);
    }

    /** Adds a redeem script or witness script. */
    public KeyRing addScript(Bytes script) {
        scripts.put(Hash160.hash(script), script);
        scripts.put(Sha256.once(script).toBytes(), script);
        return this;
    }

    /** The same without secrets, and without origins unless they are wanted. */
    public KeyRing publicPart(boolean withOrigins) {
        KeyRing part = new KeyRing();
        part.publicKeys.putAll(publicKeys);
        part.scripts.putAll(scripts);
        part.musig.putAll(musig);
        part.taprootOutputs.putAll(taprootOutputs);
        if (withOrigins) {
            part.origins.putAll(origins);
        }
        return part;
    }

    /** The same without what it knows of where keys come from. */
    public KeyRing withoutOrigins() {
        KeyRing part = publicPart(false);
        part.secrets.putAll(secrets);
        part.xOnlySecrets.putAll(xOnlySecrets);
        return part;
    }

    /** The x coordinate of a key of 33 or 65 bytes. */
    static Bytes xOnly(Bytes publicKey) {
        return publicKey.slice(1, 1 + PublicKeys.X_ONLY);
    }

    /** The private key of a public key, or of an x coordinate, if it is known. */
    @Nullable
    Bytes secret(Bytes publicKey) {
        return publicKey.length() == PublicKeys.X_ONLY ? xOnlySecrets.get(publicKey) : secrets.get(publicKey);
    }

    /** The public key with that hash, if it is known. */
    @Nullable
    Bytes publicKey(Bytes hash) {
        return publicKeys.get(hash);
    }

    /** Where a public key, or the key of an x coordinate, comes from, if that is known. */
    @Nullable
    KeyOrigin origin(Bytes publicKey) {
        return origins.get(publicKey);
    }

    /** The script with that hash (of 20 bytes for a redeem script, 32 for a witness script), if it is known. */
    @Nullable
    Bytes script(Bytes hash) {
        return scripts.get(hash);
    }

    /** What the key of an x coordinate is made of, if it is a MuSig2 key. */
    Expansion.@Nullable Musig musig(Bytes key) {
        return musig.get(key);
    }

    Expansion.@Nullable TaprootOutput taprootOutput(Bytes outputKey) {
        return taprootOutputs.get(outputKey);
    }

    /** Whether an output with this script signs its amount, as far as the scripts tell. */
    public boolean isWitness(Bytes scriptPubKey) {
        if (!Script.isP2sh(scriptPubKey)) {
            return Script.witnessProgram(scriptPubKey) != null;
        }
        Bytes redeem = script(scriptPubKey.slice(2, 22));
        return redeem != null && Script.witnessProgram(redeem) != null;
    }

    /** Says nothing of secrets. */
    @Override
    public String toString() {
        return "KeyRing[" + publicKeys.size() + " keys]";
    }
}
