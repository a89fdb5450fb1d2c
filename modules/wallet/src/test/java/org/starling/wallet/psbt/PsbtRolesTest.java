package org.starling.wallet.psbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Hash160;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;

class PsbtRolesTest {
    private static final AddressPrefixes REGTEST = ChainParams.regtest().prefixes();
    private static final Bytes AUXILIARY = Bytes.fromHex("00".repeat(32));

    /** Private keys of the test network, of BIP-0174's example. */
    private static final List<String> FIRST = List.of(
            "cP53pDbR5WtAD8dYAW9hhTjuvvTVaEiQBdrz9XPrgLBeRFiyCbQr",
            "cR6SXDoyfQrcp4piaiHE97Rsgta9mNhGTen9XeonVgwsh4iSgw6d");

    private static final List<String> SECOND = List.of(
            "cT7J9YpCwY3AVRFSjN6ukeEeWY6mhpbJPxRaDaP5QTdygQRxP9Au",
            "cNBc3SWUip9PPm1GjRoLEJT6T41iNzCYtD7qro84FMnM5zEqeJsE");

    private static final String ALICE = "cP53pDbR5WtAD8dYAW9hhTjuvvTVaEiQBdrz9XPrgLBeRFiyCbQr";
    private static final String BOB = "cR6SXDoyfQrcp4piaiHE97Rsgta9mNhGTen9XeonVgwsh4iSgw6d";
    private static final String CAROL = "cNBc3SWUip9PPm1GjRoLEJT6T41iNzCYtD7qro84FMnM5zEqeJsE";
    private static final String NOBODY = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";

    private static Psbt role(String name) throws MalformedException {
        return Psbt.decode(Published.role(name).getFirst());
    }

    private static KeyRing keys(List<String> privateKeys) {
        KeyRing ring = new KeyRing();
        privateKeys.forEach(key -> ring.addKey(
                WalletImportFormat.decode(key, REGTEST).orElseThrow().key(), true));
        return ring;
    }

    private static KeyRing descriptors(String... texts) throws DescriptorException {
        KeyRing ring = new KeyRing();
        for (String text : texts) {
            ring.add(Descriptor.parse(text, REGTEST, false).getFirst().expand(0));
        }
        return ring;
    }

    private static Psbt sign(Psbt psbt, KeyRing keys) throws PsbtException {
        return PsbtSigner.sign(psbt, keys, Sighash.DEFAULT, false, AUXILIARY);
    }

    @Test
    void creatorMakesThePublishedPsbt() throws Exception {
        Transaction transaction = role("created").unsigned();
        assertThat(Psbt.of(transaction).encode())
                .isEqualTo(Published.role("created").getFirst());
    }

    @Test
    void updaterMakesThePublishedPsbt() throws Exception {
        KeyRing keys = descriptors(
                "sh(multi(2,[d90c6a4f/0h/0h/0h]029583bf39ae0a609747ad199addd634fa6108559d6c5cd39b4c2183f1ab96e07f,"
                        + "[d90c6a4f/0h/0h/1h]02dab61ff49a14db6a7d02b0cd1fbb78fc4b18312b5b4e54dae4dba2fbfef536d7))",
                "sh(wsh(multi(2,[d90c6a4f/0h/0h/2h]03089dc10c7ac6db54f91329af617333db388cead0c231f723379d1b99030b02dc,"
                        + "[d90c6a4f/0h/0h/3h]023add904f3d6dcf59ddb906b0dee23529b7ffb9ed50e5e86151926860221f0e73)))",
                "wpkh([d90c6a4f/0h/0h/4h]03a9a4c37f5996d3aa25dbac6b570af0650394492942460b354753ed9eeca58771)",
                "wpkh([d90c6a4f/0h/0h/5h]027f6399757d2eff55a136ad02c684b1838b6556e5f1b6b34282a94b6b50051096)");
        List<Transaction> previous = List.of(
                Transaction.parse(Bytes.fromHex(Published.role("previous").get(0))),
                Transaction.parse(Bytes.fromHex(Published.role("previous").get(1))));
        Psbt published = role("updated");
        Psbt updated = PsbtUpdater.withSpent(role("created"), txid -> transaction(previous, txid), _ -> null, keys);
        updated = PsbtUpdater.update(updated, keys);
        assertThat(updated.outputs()).isEqualTo(published.outputs());
        assertThat(updated.inputs().get(0)).isEqualTo(published.inputs().get(0));
        // The BIP's updater leaves out the transaction of an output that signs its amount; this one keeps it.
        assertThat(updated.inputs().get(1).without(PsbtInput.NON_WITNESS_UTXO))
                .isEqualTo(published.inputs().get(1));
    }

    private static @Nullable Transaction transaction(List<Transaction> all, Hash256 txid) {
        return all.stream().filter(one -> one.txid().equals(txid)).findAny().orElse(null);
    }

    @Test
    void signersMakeThePublishedPsbts() throws Exception {
        Psbt psbt = role("withSighash");
        assertThat(PsbtSigner.sign(psbt, keys(FIRST), Sighash.ALL, false, AUXILIARY))
                .isEqualTo(role("signedByFirst"));
        // The BIP's second signer does not look for the shorter signatures that this one makes.
        Psbt second = PsbtSigner.sign(psbt, keys(SECOND), Sighash.ALL, false, AUXILIARY);
        assertThat(second.inputs().get(1).map())
                .isNotEqualTo(psbt.inputs().get(1).map());
        Psbt combined = PsbtCombiner.combine(List.of(role("signedByFirst"), second));
        assertThat(PsbtSigner.extract(PsbtSigner.finalizeInputs(combined)).txid())
                .isNotNull();
    }

    @Test
    void combinerFinalizerAndExtractorMakeWhatIsPublished() throws Exception {
        Psbt combined = PsbtCombiner.combine(List.of(role("signedByFirst"), role("signedBySecond")));
        assertThat(combined.encode()).isEqualTo(Published.role("combined").getFirst());
        assertThat(PsbtSigner.extract(combined)).isNull();
        Psbt finalized = PsbtSigner.finalizeInputs(combined);
        assertThat(finalized.encode()).isEqualTo(Published.role("finalized").getFirst());
        assertThat(PsbtSigner.extract(finalized).serialized().hex())
                .isEqualTo(Published.role("transaction").getFirst());
    }

    @Test
    void combinerKeepsUnknownFields() throws Exception {
        assertThat(PsbtCombiner.combine(List.of(role("unknownFirst"), role("unknownSecond")))
                        .encode())
                .isEqualTo(Published.role("unknownCombined").getFirst());
    }

    @Test
    void combinerRefusesDifferentTransactions() throws Exception {
        List<Psbt> different = List.of(role("created"), role("unknownFirst"));
        assertThatThrownBy(() -> PsbtCombiner.combine(different))
                .isInstanceOf(PsbtException.class)
                .hasMessage("PSBTs not compatible (different transactions)");
    }

    static List<Published.Case> unsignable() {
        return Published.cases("unsignable");
    }

    @ParameterizedTest
    @MethodSource("unsignable")
    void signsNothingThatDoesNotFitTogether(Published.Case published) throws Exception {
        Psbt psbt = Psbt.decode(published.base64());
        Psbt signed = PsbtSigner.sign(psbt, keys(FIRST), Sighash.ALL, true, AUXILIARY);
        signed = PsbtSigner.sign(signed, keys(SECOND), Sighash.ALL, true, AUXILIARY);
        assertThat(PsbtSigner.extract(signed)).isNull();
    }

    /** A transaction that spends an output of this descriptor, with the transaction that made it. */
    private static Psbt spending(String descriptor) throws Exception {
        Bytes script = Descriptor.parse(descriptor, REGTEST, false)
                .getFirst()
                .scripts(0)
                .getFirst();
        TxIn coin = new TxIn(new OutPoint(Hash256.fromHex("ab".repeat(32)), 0), Bytes.EMPTY, -2);
        Transaction previous = Transaction.of(2, List.of(coin), List.of(new TxOut(50_000, script)), 0);
        TxIn input = new TxIn(new OutPoint(previous.txid(), 0), Bytes.EMPTY, -2);
        TxOut output = new TxOut(40_000, Script.witness(0, Hash160.hash(script)));
        Psbt psbt = Psbt.of(Transaction.of(2, List.of(input), List.of(output), 0));
        return PsbtUpdater.withSpent(psbt, _ -> previous, _ -> null, new KeyRing());
    }

    private static ScriptError verdict(Psbt psbt) {
        Transaction whole = PsbtSigner.extract(psbt);
        assertThat(whole).isNotNull();
        return ScriptVerifier.verify(new SighashCache(whole, List.of(psbt.spent(0))), 0, ScriptFlags.STANDARD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pk(A)",
                "pkh(A)",
                "wpkh(A)",
                "sh(wpkh(A))",
                "wsh(pkh(A))",
                "sh(wsh(pk(A)))",
                "sh(multi(2,A,B,C))",
                "wsh(sortedmulti(2,A,B,C))",
                "tr(A)",
                "rawtr(A)",
                "tr(N,pk(A))",
                "tr(N,{pk(C),multi_a(2,A,B,C)})",
            })
    void signsWhatDescriptorsCanSay(String form) throws Exception {
        String descriptor = form.replaceAll("\\bA\\b", ALICE)
                .replaceAll("\\bB\\b", BOB)
                .replaceAll("\\bC\\b", CAROL)
                .replaceAll("\\bN\\b", NOBODY);
        Psbt psbt = spending(descriptor);
        Psbt alone = sign(PsbtUpdater.update(psbt, descriptors(descriptor)), keys(List.of(ALICE)));
        Psbt both = sign(alone, keys(List.of(BOB)));
        assertThat(verdict(PsbtSigner.finalizeInputs(both))).isEqualTo(ScriptError.OK);
        assertThat(PsbtAnalysis.of(both).next()).isEqualTo(PsbtAnalysis.Role.FINALIZER);
        assertThat(PsbtAnalysis.of(PsbtSigner.finalizeInputs(both)).next()).isEqualTo(PsbtAnalysis.Role.EXTRACTOR);
        // Version 2 comes to the same.
        Psbt second = sign(
                sign(PsbtUpdater.update(psbt.toVersion2(), descriptors(descriptor)), keys(List.of(ALICE))),
                keys(List.of(BOB)));
        assertThat(PsbtSigner.extract(PsbtSigner.finalizeInputs(second)))
                .isEqualTo(PsbtSigner.extract(PsbtSigner.finalizeInputs(both)));
    }

    @Test
    void doesNotTakeTheAmountOfALegacyInputOnTrust() throws Exception {
        Psbt psbt = spending("pkh(" + ALICE + ")");
        TxOut stated = psbt.spent(0);
        Psbt untold = psbt.withInput(0, PsbtInput.EMPTY.withWitnessUtxo(stated));
        assertThat(sign(untold, keys(List.of(ALICE))).inputs().getFirst().partialSignatures())
                .isEmpty();
    }

    @Test
    void signsWithTheHashTypeThatAnInputAsksForOnlyIfToldTo() throws Exception {
        Psbt psbt = spending("wpkh(" + ALICE + ")");
        Psbt asking =
                psbt.withInput(0, psbt.inputs().getFirst().with(PsbtInput.SIGHASH_TYPE, Bytes.fromHex("02000000")));
        assertThatThrownBy(() -> sign(asking, keys(List.of(ALICE))))
                .hasMessage("Specified sighash value does not match value stored in PSBT");
        Psbt signed = PsbtSigner.sign(asking, keys(List.of(ALICE)), Sighash.NONE, true, AUXILIARY);
        assertThat(verdict(signed)).isEqualTo(ScriptError.OK);
    }

    @Test
    void marksWhatASignatureForbidsToChange() throws Exception {
        Psbt psbt = spending("wpkh(" + ALICE + ")").toVersion2();
        Psbt open = psbt.withGlobal(psbt.global().with(Psbt.TX_MODIFIABLE, Bytes.fromHex("03")));
        int type = Sighash.SINGLE | Sighash.ANYONECANPAY;
        Psbt signed = PsbtSigner.sign(open, keys(List.of(ALICE)), type, false, AUXILIARY);
        assertThat(signed.global().get(Psbt.TX_MODIFIABLE)).isEqualTo(Bytes.fromHex("05"));
    }

    @Test
    void aForgedSignatureDoesNotMakeAnInputFinal() throws Exception {
        Psbt psbt = sign(spending("wpkh(" + ALICE + ")"), keys(List.of(ALICE)));
        PsbtInput input = psbt.inputs().getFirst();
        Bytes key = input.partialSignatures().firstKey();
        Bytes signature = input.partialSignatures().get(key);
        Psbt other = spending("wpkh(" + ALICE + ")");
        Psbt spoilt = psbt.withInput(
                0,
                input.with(
                        PsbtInput.PARTIAL_SIGNATURE, key, Bytes.concat(signature.slice(0, 70), Bytes.fromHex("03"))));
        assertThat(PsbtSigner.finalizeInputs(spoilt).inputs().getFirst().isFinal())
                .isFalse();
        assertThat(PsbtAnalysis.of(spoilt).next()).isEqualTo(PsbtAnalysis.Role.SIGNER);
        assertThat(PsbtAnalysis.of(other).fee()).isEqualTo(10_000);
    }

    @Test
    void joinsTransactionsAndDropsTheirSignatures() throws Exception {
        Psbt one = sign(spending("wpkh(" + ALICE + ")"), keys(List.of(ALICE)));
        Psbt other = spending("wpkh(" + BOB + ")");
        Random random = new Random(7);
        Psbt joined = PsbtCombiner.join(List.of(one, other), list -> Collections.shuffle(list, random));
        assertThat(joined.inputs())
                .hasSize(2)
                .allMatch(input -> input.partialSignatures().isEmpty());
        assertThat(joined.outputs()).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(joined.spent(i)).isNotNull();
        }
        assertThatThrownBy(() -> PsbtCombiner.join(List.of(one, one), _ -> {}))
                .hasMessageContaining("exists in multiple PSBTs");
    }
}
