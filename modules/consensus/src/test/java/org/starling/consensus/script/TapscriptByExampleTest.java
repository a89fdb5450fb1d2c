package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.consensus.script.ScriptError.*;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.SecretKeys;

/** BIP-0341 and BIP-0342 by spends of an output with one script. */
class TapscriptByExampleTest {
    private static final Bytes INTERNAL_KEY =
            SecretKeys.xOnlyPublicKey(Bytes.fromHex("1d".repeat(32))).key();
    private static final Bytes ONE = Bytes.copyOf((byte) 1);

    /** An output with a single leaf, and what a spend of it begins with. */
    private record Tree(Bytes script, int leafVersion) {
        static Tree of(String script) {
            return new Tree(ScriptVectors.script(script), Taproot.TAPSCRIPT_LEAF);
        }

        Hash256 leaf() {
            return Taproot.leafHash(leafVersion, script);
        }

        PublicKeys.XOnly output() {
            return Objects.requireNonNull(Taproot.outputKey(INTERNAL_KEY, leaf()));
        }

        Bytes control() {
            return Bytes.concat(Bytes.copyOf((byte) (leafVersion | (output().odd() ? 1 : 0))), INTERNAL_KEY);
        }

        Spender spender() {
            return new Spender(Script.witness(1, output().key()));
        }

        /** A spend whose witness is these elements, the script and the control block. */
        Spender spend(Bytes... elements) {
            Bytes[] witness = java.util.Arrays.copyOf(elements, elements.length + 2);
            witness[elements.length] = script;
            witness[elements.length + 1] = control();
            return spender().witness(witness);
        }

        Bytes sign(int codeSeparator) {
            Hash256 hash = spender().spend().tapscript(0, Sighash.DEFAULT, null, leaf(), codeSeparator);
            return Spender.signSchnorr(Spender.SECRET, Objects.requireNonNull(hash));
        }
    }

    private static String key() {
        return "0x20 0x" + Spender.X_ONLY_KEY.hex();
    }

    @Test
    void aScriptRunsIfItsControlBlockLeadsToTheOutput() {
        Tree tree = Tree.of("2 EQUAL");
        assertThat(tree.spend(Bytes.copyOf((byte) 2)).verify(ScriptFlags.STANDARD))
                .isEqualTo(OK);
        assertThat(tree.spend(ONE).verify(ScriptFlags.STANDARD)).isEqualTo(EVAL_FALSE);
        Bytes other = ScriptVectors.script("1 EQUAL");
        assertThat(tree.spender().witness(ONE, other, tree.control()).verify(ScriptFlags.STANDARD))
                .isEqualTo(WITNESS_PROGRAM_MISMATCH);
        assertThat(tree.spender()
                        .witness(ONE, tree.script(), tree.control().from(1))
                        .verify(ScriptFlags.STANDARD))
                .isEqualTo(TAPROOT_WRONG_CONTROL_SIZE);
        assertThat(tree.spender().witness().verify(ScriptFlags.STANDARD)).isEqualTo(WITNESS_PROGRAM_WITNESS_EMPTY);
        assertThat(tree.spend(ONE).verify(ScriptFlags.P2SH | ScriptFlags.WITNESS))
                .as("before Taproot anyone could spend")
                .isEqualTo(OK);
    }

    @Test
    void signaturesCommitToTheLeaf() {
        Tree tree = Tree.of(key() + " CHECKSIG");
        Tree longer = Tree.of("NOP " + key() + " CHECKSIG");
        assertThat(tree.spend(tree.sign(-1)).verify(ScriptFlags.STANDARD)).isEqualTo(OK);
        assertThat(tree.spend(longer.sign(-1)).verify(ScriptFlags.STANDARD)).isEqualTo(SCHNORR_SIG);
        assertThat(tree.spend(Bytes.EMPTY).verify(ScriptFlags.STANDARD)).isEqualTo(EVAL_FALSE);
        assertThat(tree.spend(ONE).verify(ScriptFlags.STANDARD)).isEqualTo(SCHNORR_SIG_SIZE);
        assertThat(tree.spend(Spender.withType(tree.sign(-1), 0)).verify(ScriptFlags.STANDARD))
                .isEqualTo(SCHNORR_SIG_HASHTYPE);
        assertThat(tree.spend(Spender.withType(tree.sign(-1), 4)).verify(ScriptFlags.STANDARD))
                .isEqualTo(SCHNORR_SIG_HASHTYPE);
    }

    @Test
    void signaturesCommitToTheCodeSeparator() {
        Tree tree = Tree.of("NOP CODESEPARATOR " + key() + " CHECKSIG");
        assertThat(tree.spend(tree.sign(1)).verify(ScriptFlags.STANDARD)).isEqualTo(OK);
        assertThat(tree.spend(tree.sign(-1)).verify(ScriptFlags.STANDARD)).isEqualTo(SCHNORR_SIG);
    }

    @Test
    void checkSigAddCounts() {
        Tree twoOfThree = Tree.of(key() + " CHECKSIG " + key() + " CHECKSIGADD " + key() + " CHECKSIGADD 2 NUMEQUAL");
        Bytes signature = twoOfThree.sign(-1);
        assertThat(twoOfThree.spend(signature, Bytes.EMPTY, signature).verify(ScriptFlags.STANDARD))
                .isEqualTo(OK);
        assertThat(twoOfThree.spend(signature, Bytes.EMPTY, Bytes.EMPTY).verify(ScriptFlags.STANDARD))
                .isEqualTo(EVAL_FALSE);
        assertThat(Tree.of("0 0 CHECKMULTISIG").spend().verify(ScriptFlags.STANDARD))
                .isEqualTo(TAPSCRIPT_CHECKMULTISIG);
    }

    @Test
    void theWitnessPaysForItsSignatures() {
        // Five checks cost 250. The witness weighs 143 bytes without padding, and 50 are allowed on top.
        String script = key() + " " + "2DUP CHECKSIGVERIFY ".repeat(4) + "CHECKSIG ";
        Tree poor = Tree.of(script + "NOP ".repeat(56));
        assertThat(poor.spend(poor.sign(-1)).verify(ScriptFlags.STANDARD)).isEqualTo(TAPSCRIPT_VALIDATION_WEIGHT);
        Tree paying = Tree.of(script + "NOP ".repeat(57));
        assertThat(paying.spend(paying.sign(-1)).verify(ScriptFlags.STANDARD)).isEqualTo(OK);
    }

    @Test
    void keysOfOtherLengthsAreForSoftForksToCome() {
        Tree unknown = Tree.of("1 0x02 0x1234 CHECKSIG");
        assertThat(unknown.spend().verify(ScriptFlags.CONSENSUS)).isEqualTo(OK);
        assertThat(unknown.spend().verify(ScriptFlags.STANDARD)).isEqualTo(DISCOURAGE_UPGRADABLE_PUBKEYTYPE);
        assertThat(Tree.of("1 0 CHECKSIG").spend().verify(ScriptFlags.CONSENSUS))
                .isEqualTo(PUBKEYTYPE);
    }

    @Test
    void successOpcodesEndEverything() {
        Tree tree = Tree.of("RETURN 0x50");
        assertThat(tree.spend().verify(ScriptFlags.CONSENSUS)).isEqualTo(OK);
        assertThat(tree.spend().verify(ScriptFlags.STANDARD)).isEqualTo(DISCOURAGE_OP_SUCCESS);
        assertThat(Tree.of("0xbb 0x4c").spend().verify(ScriptFlags.CONSENSUS))
                .as("what follows need not even be readable")
                .isEqualTo(OK);
        assertThat(Tree.of("0x4c 0xbb").spend().verify(ScriptFlags.CONSENSUS)).isEqualTo(BAD_OPCODE);
    }

    @Test
    void otherLeafVersionsAreForSoftForksToCome() {
        Tree tree = new Tree(ScriptVectors.script("RETURN"), 0xc2);
        assertThat(tree.spend().verify(ScriptFlags.CONSENSUS)).isEqualTo(OK);
        assertThat(tree.spend().verify(ScriptFlags.STANDARD)).isEqualTo(DISCOURAGE_UPGRADABLE_TAPROOT_VERSION);
    }

    @Test
    void conditionsAreMinimal() {
        assertThat(Tree.of("IF 1 ENDIF").spend(ONE).verify(ScriptFlags.CONSENSUS))
                .isEqualTo(OK);
        assertThat(Tree.of("IF 1 ENDIF").spend(Bytes.copyOf((byte) 2)).verify(ScriptFlags.CONSENSUS))
                .isEqualTo(TAPSCRIPT_MINIMALIF);
    }

    @Test
    void scriptsMayBeLongButNotElementsNorStacks() {
        assertThat(Tree.of("1 " + "NOP ".repeat(20_000)).spend().verify(ScriptFlags.STANDARD))
                .isEqualTo(OK);
        assertThat(Tree.of("DROP 1").spend(Bytes.wrap(new byte[521])).verify(ScriptFlags.STANDARD))
                .isEqualTo(PUSH_SIZE);
        Bytes[] many = new Bytes[1001];
        java.util.Arrays.fill(many, ONE);
        assertThat(Tree.of("1").spend(many).verify(ScriptFlags.STANDARD)).isEqualTo(STACK_SIZE);
    }

    @Test
    void aKeyPathSignatureCommitsToTheAnnex() {
        Tree tree = Tree.of("1");
        Bytes secret = Objects.requireNonNull(SecretKeys.xOnlyTweakAdd(
                Bytes.fromHex("1d".repeat(32)),
                Taproot.tweak(INTERNAL_KEY, tree.leaf()).toBytes()));
        Bytes annex = Bytes.fromHex("50cafe");
        SighashCache unsigned = tree.spender().spend();
        Bytes with = Spender.signSchnorr(
                secret, Objects.requireNonNull(unsigned.taprootKeyPath(0, Sighash.DEFAULT, Taproot.annexHash(annex))));
        Bytes without =
                Spender.signSchnorr(secret, Objects.requireNonNull(unsigned.taprootKeyPath(0, Sighash.DEFAULT, null)));
        assertThat(tree.spender().witness(with, annex).verify(ScriptFlags.STANDARD))
                .isEqualTo(OK);
        assertThat(tree.spender().witness(without, annex).verify(ScriptFlags.STANDARD))
                .isEqualTo(SCHNORR_SIG);
        assertThat(tree.spender().witness(without).verify(ScriptFlags.STANDARD)).isEqualTo(OK);
    }
}
