package org.starling.bench;

import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;

/** Signed transactions of one input and two outputs, of the usual kinds, each number giving others. */
final class Spends {
    private static final long VALUE = 100_000;
    private static final Bytes NO_RANDOMNESS = Hash256.ZERO.toBytes();
    private static final Bytes SIGHASH_ALL = Bytes.copyOf((byte) Sighash.ALL);

    private Spends() {}

    static SighashCache p2pkh(int number) {
        Bytes secret = secret(number);
        Bytes key = SecretKeys.publicKey(secret);
        TxOut prevout = new TxOut(VALUE, Script.p2pkh(Hash160.hash(key)));
        Transaction unsigned = unsigned(number);
        Hash256 hash = SighashCache.legacy(unsigned, 0, prevout.scriptPubKey(), Sighash.ALL);
        Bytes signature = Bytes.concat(Ecdsa.sign(secret, hash), SIGHASH_ALL);
        Bytes scriptSig = new ScriptBuilder().data(signature).data(key).build();
        return spend(unsigned.inputs().getFirst().withScriptSig(scriptSig), unsigned, prevout);
    }

    static SighashCache p2wpkh(int number) {
        Bytes secret = secret(number);
        Bytes key = SecretKeys.publicKey(secret);
        Bytes keyHash = Hash160.hash(key);
        TxOut prevout = new TxOut(VALUE, Script.witness(0, keyHash));
        Transaction unsigned = unsigned(number);
        Hash256 hash = new SighashCache(unsigned, List.of(prevout)).witnessV0(0, Script.p2pkh(keyHash), Sighash.ALL);
        Bytes signature = Bytes.concat(Ecdsa.sign(secret, hash), SIGHASH_ALL);
        return spend(unsigned.inputs().getFirst().withWitness(List.of(signature, key)), unsigned, prevout);
    }

    static SighashCache p2tr(int number) {
        Bytes secret = secret(number);
        PublicKeys.XOnly key = SecretKeys.xOnlyPublicKey(secret);
        Bytes tweak = Taproot.tweak(key.key(), null).toBytes();
        Bytes tweaked = SecretKeys.xOnlyTweakAdd(secret, tweak);
        PublicKeys.XOnly output = Taproot.outputKey(key.key(), null);
        if (tweaked == null || output == null) {
            throw new AssertionError("happens for one key in 2^128");
        }
        TxOut prevout = new TxOut(VALUE, Script.witness(1, output.key()));
        Transaction unsigned = unsigned(number);
        Hash256 hash = new SighashCache(unsigned, List.of(prevout)).taprootKeyPath(0, Sighash.DEFAULT, null);
        if (hash == null) {
            throw new AssertionError("the default hash type always has a hash");
        }
        Bytes signature = Schnorr.sign(tweaked, hash, NO_RANDOMNESS);
        return spend(unsigned.inputs().getFirst().withWitness(List.of(signature)), unsigned, prevout);
    }

    static Bytes secret(int number) {
        return Sha256.once(Bytes.fromHex("%08x".formatted(number))).toBytes();
    }

    private static Transaction unsigned(int number) {
        OutPoint previous = new OutPoint(Hash256.of(secret(-1 - number)), number);
        TxOut one = new TxOut(VALUE / 2, Script.p2pkh(Hash160.hash(secret(number))));
        TxOut other = new TxOut(VALUE / 3, Script.witness(0, Hash160.hash(secret(number + 1))));
        return Transaction.of(2, List.of(new TxIn(previous, Bytes.EMPTY, -2)), List.of(one, other), number);
    }

    private static SighashCache spend(TxIn input, Transaction unsigned, TxOut prevout) {
        Transaction signed =
                Transaction.of(unsigned.version(), List.of(input), unsigned.outputs(), unsigned.lockTime());
        return new SighashCache(signed, List.of(prevout));
    }
}
