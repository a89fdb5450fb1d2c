package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.consensus.script.ScriptError.*;
import static org.starling.consensus.script.ScriptFlags.*;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.crypto.Hash160;
import org.starling.crypto.Sha256;

/** Each soft fork of script by a spend that it allows and one that it forbids. */
class SoftForksByExampleTest {
    private static Bytes push(Bytes... elements) {
        ScriptBuilder builder = new ScriptBuilder();
        for (Bytes element : elements) {
            builder.data(element);
        }
        return builder.build();
    }

    @Nested
    class Bip16PayToScriptHash {
        private final Bytes redeemScript = ScriptVectors.script("2 EQUAL");
        private final Bytes scriptPubKey = Script.p2sh(Hash160.hash(redeemScript));

        @Test
        void theScriptHashedMustBeSatisfiedToo() {
            Bytes wrong = Bytes.concat(ScriptVectors.script("3"), push(redeemScript));
            assertThat(new Spender(scriptPubKey).scriptSig(wrong).verify(ScriptFlags.NONE))
                    .isEqualTo(OK);
            assertThat(new Spender(scriptPubKey).scriptSig(wrong).verify(P2SH)).isEqualTo(EVAL_FALSE);
            Bytes right = Bytes.concat(ScriptVectors.script("2"), push(redeemScript));
            assertThat(new Spender(scriptPubKey).scriptSig(right).verify(P2SH)).isEqualTo(OK);
        }

        @Test
        void theScriptSigOnlyPushes() {
            Bytes computing = Bytes.concat(ScriptVectors.script("1 1ADD"), push(redeemScript));
            assertThat(new Spender(scriptPubKey).scriptSig(computing).verify(P2SH))
                    .isEqualTo(SIG_PUSHONLY);
        }

        @Test
        void signatureOperationsOfTheRedeemScriptCount() {
            Bytes multisig = ScriptVectors.script("2 0 0 3 CHECKMULTISIG CHECKSIG");
            Bytes lock = Script.p2sh(Hash160.hash(multisig));
            assertThat(SigOps.inRedeemScript(push(multisig), lock)).isEqualTo(4);
            assertThat(SigOps.count(multisig, false)).isEqualTo(21);
            assertThat(SigOps.inRedeemScript(ScriptVectors.script("1 1ADD"), lock))
                    .isZero();
        }
    }

    @Nested
    class Bip65CheckLockTimeVerify {
        @Test
        void theLocktimeReachesWhatTheScriptAsks() {
            Spender spender = Spender.of("100 CHECKLOCKTIMEVERIFY");
            assertThat(spender.lockTime(99).verify(CHECKLOCKTIMEVERIFY)).isEqualTo(UNSATISFIED_LOCKTIME);
            assertThat(spender.lockTime(99).verify(ScriptFlags.NONE)).isEqualTo(OK);
            assertThat(spender.lockTime(100).verify(CHECKLOCKTIMEVERIFY)).isEqualTo(OK);
            assertThat(spender.lockTime(500_000_000).verify(CHECKLOCKTIMEVERIFY))
                    .as("a time is no height")
                    .isEqualTo(UNSATISFIED_LOCKTIME);
            assertThat(spender.lockTime(100).sequence(-1).verify(CHECKLOCKTIMEVERIFY))
                    .as("a final input switches locktime off")
                    .isEqualTo(UNSATISFIED_LOCKTIME);
        }

        @Test
        void timesReachBeyond2038() {
            Spender spender = Spender.of("4294967295 CHECKLOCKTIMEVERIFY");
            assertThat(spender.lockTime(-1).verify(CHECKLOCKTIMEVERIFY)).isEqualTo(OK);
            assertThat(spender.lockTime(-2).verify(CHECKLOCKTIMEVERIFY)).isEqualTo(UNSATISFIED_LOCKTIME);
            assertThat(Spender.of("-1 CHECKLOCKTIMEVERIFY").verify(CHECKLOCKTIMEVERIFY))
                    .isEqualTo(NEGATIVE_LOCKTIME);
        }
    }

    @Nested
    class Bip66StrictDer {
        @Test
        void paddedSignaturesAreRefused() {
            Bytes scriptPubKey = Script.p2pk(Spender.KEY);
            Bytes signature = new Spender(scriptPubKey).signLegacy(scriptPubKey, Sighash.ALL);
            // The same R with a byte of zero before it, and lengths to match.
            byte[] head = signature.slice(0, 4).toArray();
            head[1]++;
            head[3]++;
            Bytes padded = Bytes.concat(Bytes.wrap(head), Bytes.copyOf((byte) 0), signature.from(4));
            assertThat(new Spender(scriptPubKey).scriptSig(push(signature)).verify(DERSIG))
                    .isEqualTo(OK);
            assertThat(new Spender(scriptPubKey).scriptSig(push(padded)).verify(ScriptFlags.NONE))
                    .isEqualTo(OK);
            assertThat(new Spender(scriptPubKey).scriptSig(push(padded)).verify(DERSIG))
                    .isEqualTo(SIG_DER);
        }
    }

    @Nested
    class Bip112CheckSequenceVerify {
        private static final int SECONDS = 1 << 22;

        @Test
        void theSequenceReachesWhatTheScriptAsks() {
            Spender spender = Spender.of("10 CHECKSEQUENCEVERIFY");
            assertThat(spender.sequence(10).verify(CHECKSEQUENCEVERIFY)).isEqualTo(OK);
            assertThat(spender.sequence(9).verify(CHECKSEQUENCEVERIFY)).isEqualTo(UNSATISFIED_LOCKTIME);
            assertThat(spender.sequence(10 | SECONDS).verify(CHECKSEQUENCEVERIFY))
                    .as("seconds are no blocks")
                    .isEqualTo(UNSATISFIED_LOCKTIME);
            assertThat(spender.sequence(10).version(1).verify(CHECKSEQUENCEVERIFY))
                    .as("version 1 has no relative locks")
                    .isEqualTo(UNSATISFIED_LOCKTIME);
        }

        @Test
        void theHighestBitAsksForNothing() {
            assertThat(Spender.of("2147483648 CHECKSEQUENCEVERIFY").verify(CHECKSEQUENCEVERIFY))
                    .isEqualTo(OK);
        }
    }

    @Nested
    class Bip141And143SegregatedWitness {
        private final Bytes keyHash = Hash160.hash(Spender.KEY);
        private final int flags = P2SH | WITNESS;

        @Test
        void aKeyHashIsSpentByWitness() {
            Spender spender = new Spender(Script.witness(0, keyHash));
            Bytes signature = spender.signWitness(Script.p2pkh(keyHash), Sighash.ALL);
            assertThat(spender.witness(signature, Spender.KEY).verify(flags)).isEqualTo(OK);
            assertThat(spender.witness(signature).verify(flags)).isEqualTo(WITNESS_PROGRAM_MISMATCH);
            assertThat(spender.witness(signature, Spender.KEY).scriptSig("1").verify(flags))
                    .isEqualTo(WITNESS_MALLEATED);
        }

        @Test
        void theSignatureCoversTheAmount() {
            Spender spender = new Spender(Script.witness(0, keyHash));
            Bytes signature = spender.signWitness(Script.p2pkh(keyHash), Sighash.ALL);
            SighashCache right = spender.witness(signature, Spender.KEY).spend();
            SighashCache otherAmount = new SighashCache(
                    right.transaction(),
                    java.util.List.of(new org.starling.consensus.TxOut(
                            1, right.prevouts().getFirst().scriptPubKey())));
            assertThat(ScriptVerifier.verify(otherAmount, 0, flags)).isEqualTo(EVAL_FALSE);
        }

        @Test
        void aScriptHashIsSpentByItsScript() {
            Bytes script = ScriptVectors.script("2 EQUAL");
            Spender spender = new Spender(Script.witness(0, Sha256.once(script).toBytes()));
            assertThat(spender.witness(Bytes.copyOf((byte) 2), script).verify(flags))
                    .isEqualTo(OK);
            assertThat(spender.witness(Bytes.copyOf((byte) 3), script).verify(flags))
                    .isEqualTo(EVAL_FALSE);
            assertThat(spender.witness(Bytes.EMPTY, Bytes.copyOf((byte) 2), script)
                            .verify(flags))
                    .isEqualTo(ScriptError.CLEANSTACK);
            assertThat(spender.witness().verify(flags)).isEqualTo(WITNESS_PROGRAM_WITNESS_EMPTY);
            assertThat(spender.witness(script, script).verify(flags)).isEqualTo(EVAL_FALSE);
        }

        @Test
        void programsNestInP2sh() {
            Bytes program = Script.witness(0, keyHash);
            Spender spender = new Spender(Script.p2sh(Hash160.hash(program)));
            Bytes signature = spender.signWitness(Script.p2pkh(keyHash), Sighash.SINGLE | Sighash.ANYONECANPAY);
            spender.scriptSig(push(program)).witness(signature, Spender.KEY);
            assertThat(spender.verify(flags)).isEqualTo(OK);
            assertThat(SigOps.inWitness(push(program), Script.p2sh(Hash160.hash(program)), java.util.List.of()))
                    .isEqualTo(1);
            assertThat(spender.scriptSig(Bytes.concat(Bytes.fromHex("51"), push(program)))
                            .verify(flags))
                    .isEqualTo(WITNESS_MALLEATED_P2SH);
        }

        @Test
        void witnessesStandOnlyWhereOneIsAskedFor() {
            Spender spender = Spender.of("1").witness(Bytes.EMPTY);
            assertThat(spender.verify(flags)).isEqualTo(WITNESS_UNEXPECTED);
            assertThat(spender.verify(P2SH)).isEqualTo(OK);
        }

        @Test
        void unknownVersionsAreForSoftForksToCome() {
            Spender spender = new Spender(Script.witness(16, keyHash));
            assertThat(spender.verify(flags)).isEqualTo(OK);
            assertThat(spender.verify(flags | ScriptFlags.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM))
                    .isEqualTo(ScriptError.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM);
            Spender anchor = new Spender(Script.witness(1, Bytes.fromHex("4e73")));
            assertThat(anchor.verify(STANDARD)).as("anchors are standard").isEqualTo(OK);
        }
    }

    @Nested
    class Bip146And147Malleability {
        @Test
        void aFailedCheckHasAnEmptySignature() {
            Bytes script = ScriptVectors.script("0x21 0x" + Spender.KEY.hex() + " CHECKSIG NOT");
            Bytes wrong = new Spender(script).signLegacy(Bytes.EMPTY, Sighash.ALL);
            assertThat(new Spender(script).scriptSig(push(wrong)).verify(ScriptFlags.NONE))
                    .isEqualTo(OK);
            assertThat(new Spender(script).scriptSig(push(wrong)).verify(ScriptFlags.NULLFAIL))
                    .isEqualTo(ScriptError.NULLFAIL);
            assertThat(new Spender(script).scriptSig("0").verify(ScriptFlags.NULLFAIL))
                    .isEqualTo(OK);
        }

        @Test
        void theExtraElementOfAMultisignatureIsEmpty() {
            Spender spender = Spender.of("0 0 CHECKMULTISIG");
            assertThat(spender.scriptSig("1").verify(ScriptFlags.NONE)).isEqualTo(OK);
            assertThat(spender.scriptSig("1").verify(NULLDUMMY)).isEqualTo(SIG_NULLDUMMY);
            assertThat(spender.scriptSig("0").verify(NULLDUMMY)).isEqualTo(OK);
        }

        @Test
        void codeSeparatorsAreKeptOutOfConstantCode() {
            Spender spender = Spender.of("1 0 IF CODESEPARATOR ENDIF");
            assertThat(spender.verify(ScriptFlags.NONE)).isEqualTo(OK);
            assertThat(spender.verify(CONST_SCRIPTCODE)).isEqualTo(OP_CODESEPARATOR);
        }
    }
}
