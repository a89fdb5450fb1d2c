package org.starling.consensus.script;

import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;

/** Builds a transaction of one input and one output that spends a given script, and signs for it, step by step. */
final class Spender {
    static final Bytes SECRET = Bytes.fromHex("0c".repeat(32));
    static final Bytes KEY = SecretKeys.publicKey(SECRET);
    static final Bytes X_ONLY_KEY = KEY.from(1);

    private static final long VALUE = 50_000;

    private final Bytes scriptPubKey;
    private int version = 2;
    private int sequence = -2;
    private int lockTime;
    private Bytes scriptSig = Bytes.EMPTY;
    private List<Bytes> witness = List.of();

    Spender(Bytes scriptPubKey) {
        this.scriptPubKey = scriptPubKey;
    }

    /** Of a script in the notation of Core's tests. */
    static Spender of(String script) {
        return new Spender(ScriptVectors.script(script));
    }

    Spender version(int newVersion) {
        version = newVersion;
        return this;
    }

    Spender sequence(int newSequence) {
        sequence = newSequence;
        return this;
    }

    Spender lockTime(int newLockTime) {
        lockTime = newLockTime;
        return this;
    }

    Spender scriptSig(Bytes newScriptSig) {
        scriptSig = newScriptSig;
        return this;
    }

    /** In the notation of Core's tests. */
    Spender scriptSig(String newScriptSig) {
        return scriptSig(ScriptVectors.script(newScriptSig));
    }

    Spender witness(Bytes... newWitness) {
        witness = List.of(newWitness);
        return this;
    }

    SighashCache spend() {
        TxIn input = new TxIn(new OutPoint(Hash256.ZERO, 7), scriptSig, sequence, witness);
        TxOut output = new TxOut(VALUE - 1, Bytes.fromHex("51"));
        return new SighashCache(
                Transaction.of(version, List.of(input), List.of(output), lockTime),
                List.of(new TxOut(VALUE, scriptPubKey)));
    }

    ScriptError verify(int flags) {
        return ScriptVerifier.verify(spend(), 0, flags);
    }

    /** An ECDSA signature over the legacy hash of this script, with its hash type. */
    Bytes signLegacy(Bytes scriptCode, int hashType) {
        return withType(Ecdsa.sign(SECRET, spend().legacy(0, scriptCode, hashType)), hashType);
    }

    /** An ECDSA signature over the BIP-0143 hash of this script, with its hash type. */
    Bytes signWitness(Bytes scriptCode, int hashType) {
        return withType(Ecdsa.sign(SECRET, spend().witnessV0(0, scriptCode, hashType)), hashType);
    }

    /** A Schnorr signature over a hash, without a hash type. */
    static Bytes signSchnorr(Bytes secret, Hash256 hash) {
        return Schnorr.sign(secret, hash, Hash256.ZERO.toBytes());
    }

    static Bytes withType(Bytes signature, int hashType) {
        return Bytes.concat(signature, Bytes.copyOf((byte) hashType));
    }
}
