package org.starling.mempool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.SignatureChecker;

/** Checks the scripts of one transaction, under policy first and then under the rules of blocks. */
final class ScriptCheck {
    private final Transaction transaction;
    private final SighashCache sighash;
    private final SignatureChecker signatures = new Remembering();

    ScriptCheck(Transaction transaction, List<Coin> coins) {
        this.transaction = transaction;
        this.sighash =
                new SighashCache(transaction, coins.stream().map(Coin::output).toList());
    }

    /** Null, or why the scripts are not accepted: invalid, or only not standard. */
    @Nullable
    Rejection checkPolicy() {
        for (int i = 0; i < transaction.inputs().size(); i++) {
            ScriptError error = verify(i, ScriptFlags.STANDARD);
            if (error != ScriptError.OK) {
                return failure(i, error);
            }
        }
        return null;
    }

    /** Null, or why a block that checks scripts under those flags could not hold the transaction. */
    @Nullable
    Rejection checkConsensus(int flags) {
        for (int i = 0; i < transaction.inputs().size(); i++) {
            ScriptError error = verify(i, flags);
            if (error != ScriptError.OK) {
                return mandatory(i, error);
            }
        }
        return null;
    }

    private ScriptError verify(int input, int flags) {
        return ScriptVerifier.verify(sighash, input, flags, signatures, null);
    }

    private Rejection failure(int input, ScriptError error) {
        ScriptError underConsensus = verify(input, ScriptFlags.CONSENSUS);
        Rejection rejection = underConsensus == ScriptError.OK
                ? Rejection.of(
                        Kind.NOT_STANDARD, "non-mandatory-script-verify-flag (" + error.message() + ")", where(input))
                : mandatory(input, underConsensus);
        return isWitnessStripped()
                ? Rejection.of(Kind.WITNESS_STRIPPED, rejection.reason(), rejection.debugMessage())
                : rejection;
    }

    private Rejection mandatory(int input, ScriptError error) {
        return Rejection.consensus("mandatory-script-verify-flag-failed (" + error.message() + ")", where(input));
    }

    private String where(int input) {
        return "input " + input + " of " + transaction.txid() + " (wtxid " + transaction.wtxid() + "), spending "
                + transaction.inputs().get(input).previous();
    }

    // Whether nothing but the missing witness is wrong, so that the txid is not to be held against anyone.
    private boolean isWitnessStripped() {
        int withoutCleanStack = ScriptFlags.STANDARD & ~ScriptFlags.CLEANSTACK;
        return !transaction.hasWitness()
                && passes(withoutCleanStack & ~ScriptFlags.WITNESS)
                && !passes(withoutCleanStack);
    }

    private boolean passes(int flags) {
        for (int i = 0; i < transaction.inputs().size(); i++) {
            if (verify(i, flags) != ScriptError.OK) {
                return false;
            }
        }
        return true;
    }

    /** Answers a question that was asked before without asking the library: the second pass repeats the first. */
    private static final class Remembering implements SignatureChecker {
        private record Question(Bytes publicKey, Bytes signature, Hash256 hash) {}

        private final Map<Question, Boolean> answers = new HashMap<>();

        @Override
        public boolean ecdsa(Bytes publicKey, Bytes signature, Hash256 hash) {
            return answers.computeIfAbsent(
                    new Question(publicKey, signature, hash), asked -> DIRECT.ecdsa(publicKey, signature, hash));
        }

        @Override
        public boolean schnorr(Bytes publicKey, Bytes signature, Hash256 hash) {
            return answers.computeIfAbsent(
                    new Question(publicKey, signature, hash), asked -> DIRECT.schnorr(publicKey, signature, hash));
        }
    }
}
