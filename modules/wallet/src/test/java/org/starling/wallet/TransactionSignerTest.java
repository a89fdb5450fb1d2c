package org.starling.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;

class TransactionSignerTest {
    private static final Bytes ALICE = Bytes.fromHex("11".repeat(32));
    private static final Bytes BOB = Bytes.fromHex("22".repeat(32));
    private static final Bytes AUXILIARY = Bytes.fromHex("00".repeat(32));

    private static final Bytes ALICE_KEY = SecretKeys.publicKey(ALICE);
    private static final Bytes BOB_KEY = SecretKeys.publicKey(BOB);

    /** A transaction with an input for each script, and those outputs. */
    private record Spend(Transaction transaction, List<TxOut> prevouts) {
        static Spend of(Bytes... scripts) {
            List<TxOut> prevouts = java.util.stream.Stream.of(scripts)
                    .map(script -> new TxOut(50_000, script))
                    .toList();
            List<TxIn> inputs = java.util.stream.IntStream.range(0, scripts.length)
                    .mapToObj(i -> new TxIn(new OutPoint(Hash256.fromHex("ab".repeat(32)), i), Bytes.EMPTY, -2))
                    .toList();
            TxOut output = new TxOut(40_000, Script.witness(0, Hash160.hash(BOB_KEY)));
            return new Spend(Transaction.of(2, inputs, List.of(output, output), 0), prevouts);
        }

        ScriptError verdict(Transaction signed, int input) {
            return ScriptVerifier.verify(new SighashCache(signed, prevouts), input, ScriptFlags.STANDARD);
        }
    }

    private static Bytes taproot(Bytes secret) {
        Bytes internal = SecretKeys.xOnlyPublicKey(secret).key();
        return Script.witness(1, Taproot.outputKey(internal, null).key());
    }

    @Test
    void signsEveryFormOfASingleKey() {
        Bytes uncompressed = SecretKeys.publicKey(BOB, false);
        Bytes keyHash = Script.witness(0, Hash160.hash(ALICE_KEY));
        Spend spend = Spend.of(
                Script.p2pk(ALICE_KEY),
                Script.p2pkh(Hash160.hash(ALICE_KEY)),
                Script.p2pkh(Hash160.hash(uncompressed)),
                keyHash,
                Script.p2sh(Hash160.hash(keyHash)),
                taproot(ALICE));
        for (int type : new int[] {Sighash.ALL, Sighash.NONE, Sighash.ALL | Sighash.ANYONECANPAY, Sighash.DEFAULT}) {
            Transaction signed = new TransactionSigner(AUXILIARY)
                    .addKey(ALICE, true)
                    .addKey(BOB, false)
                    .sign(spend.transaction(), spend.prevouts(), type);
            for (int i = 0; i < spend.prevouts().size(); i++) {
                assertThat(spend.verdict(signed, i))
                        .as("input %s, type %s", i, type)
                        .isEqualTo(ScriptError.OK);
            }
        }
    }

    @Test
    void theSignersOfAMultisigSignInTurn() {
        Bytes multisig = Scripts.multisig(2, List.of(ALICE_KEY, BOB_KEY, SecretKeys.publicKey(AUXILIARY_KEY)));
        Bytes witnessScript = Script.witness(0, Sha256.once(multisig).toBytes());
        Spend spend = Spend.of(
                multisig, Script.p2sh(Hash160.hash(multisig)), witnessScript, Script.p2sh(Hash160.hash(witnessScript)));
        TransactionSigner bob = new TransactionSigner(AUXILIARY)
                .addKey(BOB, true)
                .addScript(multisig)
                .addScript(witnessScript);
        TransactionSigner alice = new TransactionSigner(AUXILIARY)
                .addKey(ALICE, true)
                .addScript(multisig)
                .addScript(witnessScript);

        Transaction half = bob.sign(spend.transaction(), spend.prevouts(), Sighash.ALL);
        Transaction whole = alice.sign(half, spend.prevouts(), Sighash.ALL);

        for (int i = 0; i < spend.prevouts().size(); i++) {
            assertThat(spend.verdict(half, i)).as("half, input %s", i).isNotEqualTo(ScriptError.OK);
            assertThat(spend.verdict(whole, i)).as("whole, input %s", i).isEqualTo(ScriptError.OK);
        }
    }

    private static final Bytes AUXILIARY_KEY = Bytes.fromHex("33".repeat(32));

    @Test
    void whatItHasNoKeyForStaysAsItWas() {
        Spend spend =
                Spend.of(Script.p2pkh(Hash160.hash(BOB_KEY)), taproot(BOB), Script.p2pkh(Hash160.hash(ALICE_KEY)));
        List<TxOut> prevouts = new java.util.ArrayList<>(spend.prevouts());
        TransactionSigner alice = new TransactionSigner(AUXILIARY).addKey(ALICE, true);
        Transaction signed = alice.sign(spend.transaction(), prevouts, Sighash.ALL);
        assertThat(signed.inputs().subList(0, 2))
                .isEqualTo(spend.transaction().inputs().subList(0, 2));
        assertThat(spend.verdict(signed, 2)).isEqualTo(ScriptError.OK);

        prevouts.set(2, null);
        assertThat(alice.sign(spend.transaction(), prevouts, Sighash.ALL)).isEqualTo(spend.transaction());
    }
}
