package org.starling.wallet.psbt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Sighash;
import org.starling.crypto.Sha256;
import org.starling.wallet.Descriptor;

/** Signing by MuSig2 through PSBTs (BIP-0373). */
class MusigRoundsTest {
    private static final AddressPrefixes TEST = ChainParams.regtest().prefixes();
    private static final List<String> KEYS = List.of(
            "cStJABmHavSe7SFH2f7caQUgx3TUyXum8wtcxFyKyYP8LEqnMiEh",
            "cRWjhuCcHgLLPVPNav8uX8xgGjHfcPjVvmWznGLz7CSKbGzmfvRQ",
            "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87KcLPVfXz");

    private static final String TPRV =
            "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK";

    private int drawn;

    /** Different bytes each time. */
    private Bytes draw() {
        return Sha256.once(Bytes.copyOf((byte) drawn++)).toBytes();
    }

    private static KeyRing key(String privateKey) {
        return new KeyRing()
                .addKey(
                        WalletImportFormat.decode(privateKey, TEST)
                                .orElseThrow()
                                .key(),
                        true);
    }

    static List<Published.Case> signed() {
        return Published.cases("valid").stream()
                .filter(one -> one.bip().equals("BIP-0373") && one.name().endsWith("With all partial signatures"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("signed")
    void joinsThePublishedPartsToThePublishedSignature(Published.Case published) throws Exception {
        Psbt psbt = Psbt.decode(published.base64());
        PsbtInput input = psbt.inputs().getFirst();
        Psbt alone =
                psbt.withInput(0, input.without(PsbtInput.TAP_KEY_SIGNATURE).without(PsbtInput.TAP_SCRIPT_SIGNATURE));
        Psbt whole = PsbtSigner.finalizeInputs(alone);
        assertThat(PsbtSigner.extract(whole)).isNotNull();
        List<Bytes> signatures = new ArrayList<>(input.taprootScriptSignatures().values());
        if (input.taprootKeySignature() != null) {
            signatures.add(input.taprootKeySignature());
        }
        assertThat(whole.inputs().getFirst().finalWitness()).containsAll(signatures);
    }

    @ParameterizedTest
    @MethodSource("signed")
    void makesNoncesAndPartsWhereThePublishedSignersPutThem(Published.Case published) throws Exception {
        Psbt psbt = Psbt.decode(published.base64());
        PsbtInput input = psbt.inputs().getFirst();
        Psbt unsigned = psbt.withInput(0, input.unsigned());
        Psbt signed = allSign(unsigned);
        assertThat(signed.inputs().getFirst().musigPublicNonces().keySet())
                .isEqualTo(input.musigPublicNonces().keySet());
        assertThat(signed.inputs().getFirst().musigPartialSignatures().keySet())
                .isEqualTo(input.musigPartialSignatures().keySet());
        assertThat(PsbtSigner.extract(PsbtSigner.finalizeInputs(signed))).isNotNull();
    }

    /** All participants in both rounds, each with its own copy. */
    private Psbt allSign(Psbt psbt) throws PsbtException {
        List<MusigRounds> signers = KEYS.stream().map(_ -> new MusigRounds()).toList();
        Psbt combined = psbt;
        for (int round = 0; round < 2; round++) {
            List<Psbt> copies = new ArrayList<>();
            for (int i = 0; i < KEYS.size(); i++) {
                copies.add(signers.get(i).advance(combined, key(KEYS.get(i)), Sighash.DEFAULT, this::draw));
            }
            combined = PsbtCombiner.combine(copies);
        }
        return combined;
    }

    /** A transaction that spends an output of this descriptor. */
    private static Psbt spending(String descriptor) throws Exception {
        Bytes script =
                Descriptor.parse(descriptor, TEST, false).getFirst().scripts(0).getFirst();
        TxIn coin = new TxIn(new OutPoint(Hash256.fromHex("ab".repeat(32)), 0), Bytes.EMPTY, -2);
        Transaction previous = Transaction.of(2, List.of(coin), List.of(new TxOut(50_000, script)), 0);
        TxIn input = new TxIn(new OutPoint(previous.txid(), 0), Bytes.EMPTY, -2);
        Psbt psbt = Psbt.of(Transaction.of(2, List.of(input), List.of(new TxOut(40_000, script)), 0));
        KeyRing keys = new KeyRing()
                .add(Descriptor.parse(descriptor, TEST, false).getFirst().expand(0));
        return PsbtUpdater.update(PsbtUpdater.withSpent(psbt, _ -> previous, _ -> null, keys), keys);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tr(musig(A,B,C))",
                "rawtr(musig(A,B,C))",
                "tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,pk(musig(A,B,C)))",
                "tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,multi_a(1,musig(A,B,C),"
                        + "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9))",
                "tr(musig(A,B,C),pk(f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9))",
            })
    void signsWhatDescriptorsCanSay(String form) throws Exception {
        String descriptor = form.replaceAll("\\bA\\b", KEYS.get(0))
                .replaceAll("\\bB\\b", KEYS.get(1))
                .replaceAll("\\bC\\b", KEYS.get(2));
        Psbt psbt = spending(descriptor);
        assertThat(psbt.inputs().getFirst().musigParticipants()).hasSize(1);
        assertThat(psbt.outputs().getFirst().musigParticipants()).hasSize(1);
        Psbt signed = allSign(psbt);
        assertThat(PsbtSigner.extract(PsbtSigner.finalizeInputs(signed))).isNotNull();
    }

    @Test
    void signsForKeysDerivedFromTheAggregate() throws Exception {
        for (String form : List.of("tr(musig(X/1,X/2)/3/*)", "rawtr(musig(X/1,X/2)/3/*)", "tr(musig(X/1/*,X/2/*))")) {
            String descriptor = form.replace("X", TPRV);
            KeyRing keys = new KeyRing()
                    .add(Descriptor.parse(descriptor, TEST, false).getFirst().expand(0));
            MusigRounds rounds = new MusigRounds();
            Psbt psbt = spending(descriptor);
            psbt = rounds.advance(psbt, keys, Sighash.ALL, this::draw);
            psbt = rounds.advance(psbt, keys, Sighash.ALL, this::draw);
            Psbt whole = PsbtSigner.finalizeInputs(psbt);
            assertThat(PsbtSigner.extract(whole)).as(form).isNotNull();
            assertThat(whole.inputs().getFirst().finalWitness().getFirst().length())
                    .isEqualTo(65);
        }
    }

    @Test
    void aNonceSignsOnce() throws Exception {
        Psbt psbt = spending("tr(musig(" + String.join(",", KEYS) + "))");
        KeyRing keys = new KeyRing();
        KEYS.forEach(key ->
                keys.addKey(WalletImportFormat.decode(key, TEST).orElseThrow().key(), true));
        MusigRounds rounds = new MusigRounds();
        Psbt withNonces = rounds.advance(psbt, keys, Sighash.DEFAULT, this::draw);
        assertThat(rounds.advance(withNonces, keys, Sighash.DEFAULT, this::draw)
                        .inputs()
                        .getFirst()
                        .musigPartialSignatures())
                .hasSize(3);
        // Asked once more, for the same transaction or any other, the signer has no nonce left.
        assertThat(rounds.advance(withNonces, keys, Sighash.DEFAULT, this::draw)
                        .inputs()
                        .getFirst()
                        .musigPartialSignatures())
                .isEmpty();
    }

    @Test
    void anotherSignersLieDoesNotMakeASignature() throws Exception {
        Psbt signed = allSign(spending("tr(musig(" + String.join(",", KEYS) + "))"));
        PsbtInput input = signed.inputs().getFirst();
        Map.Entry<MusigSigner, Bytes> part =
                input.musigPartialSignatures().entrySet().iterator().next();
        Psbt spoilt = signed.withInput(
                0,
                input.with(
                        PsbtInput.MUSIG_PARTIAL_SIGNATURE,
                        part.getKey().data(),
                        Bytes.fromHex("00".repeat(31) + "01")));
        assertThat(PsbtSigner.finalizeInputs(spoilt).inputs().getFirst().isFinal())
                .isFalse();
    }
}
