package org.starling.wallet.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Sighash;
import org.starling.wallet.Descriptor;
import org.starling.wallet.message.MessageVerdict.State;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtSigner;

/** Signed texts of BIP-0322. */
class SignedMessageTest {
    private static final AddressPrefixes MAIN = ChainParams.main().prefixes();
    private static final Bytes AUXILIARY = Bytes.fromHex("00".repeat(32));
    private static final String KEY = "L3VFeEujGtevx9w18HD1fhRbCH67Az2dpCymeRE1SoPK6XQtaN2k";

    record Case(String kind, String address, String message, String signature, List<String> rest) {
        Bytes scriptPubKey() {
            return Address.decode(address, MAIN).address().scriptPubKey();
        }

        @Override
        public String toString() {
            return kind + " " + rest.get(1) + ": " + message;
        }
    }

    private static List<Case> cases(String... kinds) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SignedMessageTest.class.getResourceAsStream("bip322.txt")),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\\|", -1))
                    .filter(part -> List.of(kinds).contains(part[0]))
                    .map(part -> new Case(
                            part[0], part[1], part[2], part[3], List.of(part).subList(4, part.length)))
                    .toList();
        }
    }

    static List<Case> valid() throws IOException {
        return cases("simple", "full", "proof_of_funds");
    }

    static List<Case> errors() throws IOException {
        return cases("error");
    }

    static List<Case> hashes() throws IOException {
        return cases("hash");
    }

    static List<Case> simple() throws IOException {
        return cases("simple");
    }

    @ParameterizedTest
    @MethodSource("hashes")
    void makesThePublishedTransactions(Case published) {
        Transaction toSpend = SignedMessage.toSpend(published.scriptPubKey(), published.message());
        assertThat(toSpend.txid()).hasToString(published.signature());
        assertThat(SignedMessage.request(published.scriptPubKey(), published.message())
                        .unsigned()
                        .txid())
                .hasToString(published.rest().get(1));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void takesThePublishedSignatures(Case published) {
        MessageVerdict verdict =
                SignedMessage.verify(published.scriptPubKey(), published.message(), published.signature());
        assertThat(verdict.reason()).isEmpty();
        assertThat(verdict.state()).isEqualTo(State.VALID);
        assertThat(verdict.lockTime()).hasToString(published.rest().get(3));
        assertThat(verdict.sequence()).hasToString(published.rest().get(4));
        assertThat(verdict.funds().isEmpty()).isNotEqualTo(published.kind().equals("proof_of_funds"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void refusesWhatIsPublishedAsWrong(Case published) {
        MessageVerdict verdict =
                SignedMessage.verify(published.scriptPubKey(), published.message(), published.signature());
        assertThat(verdict.state()).isEqualTo(State.INVALID);
        assertThat(verdict.reason()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("simple")
    void signsForThePublishedAddresses(Case published) throws Exception {
        KeyRing keys = new KeyRing();
        for (String text : published.rest().getFirst().split(",", -1)) {
            WalletImportFormat key = WalletImportFormat.decode(text, MAIN).orElseThrow();
            keys.addKey(key.key(), true);
            keys.add(
                    Descriptor.parse("tr(" + text + ")", MAIN, false).getFirst().expand(0));
        }
        if (!published.rest().get(2).isEmpty()) {
            keys.addScript(Bytes.fromHex(published.rest().get(2)));
        }
        Psbt request = SignedMessage.request(published.scriptPubKey(), published.message());
        assertThat(request.message()).isEqualTo(published.message());
        Psbt signed = PsbtSigner.sign(request, keys, Sighash.DEFAULT, true, AUXILIARY);
        String signature = SignedMessage.encode(signed);
        assertThat(SignedMessage.verify(published.scriptPubKey(), published.message(), signature)
                        .state())
                .isEqualTo(State.VALID);
    }

    private static String sign(String descriptor, int hashType) throws Exception {
        Descriptor parsed = Descriptor.parse(descriptor, MAIN, false).getFirst();
        Psbt request = SignedMessage.request(parsed.scripts(0).getFirst(), "Hello World");
        return SignedMessage.encode(
                PsbtSigner.sign(request, new KeyRing().add(parsed.expand(0)), hashType, true, AUXILIARY));
    }

    private static State state(String descriptor, String message, String signature) throws Exception {
        Bytes script =
                Descriptor.parse(descriptor, MAIN, false).getFirst().scripts(0).getFirst();
        return SignedMessage.verify(script, message, signature).state();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkh(K)", "sh(wpkh(K))", "wpkh(K)", "tr(K)", "sh(wsh(pk(K)))", "sh(multi(1,K))"})
    void everyAddressCanSign(String form) throws Exception {
        String descriptor = form.replace("K", KEY);
        String signature = sign(descriptor, Sighash.DEFAULT);
        boolean simple = form.startsWith("w") || form.startsWith("tr");
        assertThat(signature).startsWith(simple ? "smp" : "ful");
        assertThat(state(descriptor, "Hello World", signature)).isEqualTo(State.VALID);
        assertThat(state(descriptor, "Hello world", signature)).isEqualTo(State.INVALID);
    }

    @Test
    void takesTheOldFormForTheHashOfAKey() throws Exception {
        WalletImportFormat key = WalletImportFormat.decode(KEY, MAIN).orElseThrow();
        String signature = LegacyMessage.sign(key.key(), true, "Hello World");
        assertThat(state("pkh(" + KEY + ")", "Hello World", signature)).isEqualTo(State.VALID);
        assertThat(state("pkh(" + KEY + ")", "Hello", signature)).isEqualTo(State.INVALID);
        assertThat(state("wpkh(" + KEY + ")", "Hello World", signature)).isEqualTo(State.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wpkh(K)", "tr(K)", "pkh(K)"})
    void asksThatEverythingIsSigned(String form) throws Exception {
        String descriptor = form.replace("K", KEY);
        assertThat(state(descriptor, "Hello World", sign(descriptor, Sighash.NONE)))
                .isEqualTo(State.INVALID);
        assertThat(state(descriptor, "Hello World", sign(descriptor, Sighash.ALL)))
                .isEqualTo(State.VALID);
    }

    @Test
    void cannotTellOfWhatMayGetAMeaning() throws Exception {
        Bytes anyone = Bytes.fromHex("5220" + "ff".repeat(32)); // witness version 2
        MessageVerdict verdict = SignedMessage.verify(anyone, "Hello World", "smpAQEB");
        assertThat(verdict.reason()).contains("Witness");
        assertThat(verdict.state()).isEqualTo(State.INCONCLUSIVE);
    }

    @Test
    void refusesOtherOutputsThanTheOneThatSaysNothing() throws Exception {
        Bytes script = Bytes.fromHex("51");
        Transaction toSign = SignedMessage.request(script, "Hello World").unsigned();
        Transaction paying = Transaction.of(0, toSign.inputs(), List.of(new TxOut(0, Bytes.fromHex("51"))), 0);
        assertThat(SignedMessage.verify(script, "Hello World", "ful" + base64(paying))
                        .reason())
                .isEqualTo("it does not have one output of OP_RETURN without amount");
        List<TxOut> two = new ArrayList<>(toSign.outputs());
        two.addAll(toSign.outputs());
        assertThat(SignedMessage.verify(
                                script, "Hello World", "ful" + base64(Transaction.of(0, toSign.inputs(), two, 0)))
                        .state())
                .isEqualTo(State.INVALID);
    }

    private static String base64(Transaction transaction) {
        return Base64.getEncoder().encodeToString(transaction.serialized().toArray());
    }
}
