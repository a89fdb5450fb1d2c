package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;

class PolicyTest {
    private static final OutPoint COIN = new OutPoint(Hash256.fromHex("11".repeat(32)), 0);
    private static final Bytes KEY = Bytes.fromHex("02" + "22".repeat(32));
    private static final Bytes P2PKH = Script.p2pkh(Bytes.wrap(new byte[20]));

    private static Transaction transaction(int version, Bytes scriptSig, TxOut... outputs) {
        return Transaction.of(version, List.of(new TxIn(COIN, scriptSig, -1)), List.of(outputs), 0);
    }

    private static String reason(Transaction transaction) {
        return Policy.nonstandardReason(transaction, MempoolOptions.DEFAULT);
    }

    private static String reasonOfOutput(String script) {
        return reason(transaction(2, Bytes.EMPTY, new TxOut(10_000, Bytes.fromHex(script))));
    }

    @ParameterizedTest
    @CsvSource({"0, version", "1, ", "3, ", "4, version", "-1, version"})
    void versions(int version, String expected) {
        assertThat(reason(transaction(version, Bytes.EMPTY, new TxOut(10_000, P2PKH))))
                .isEqualTo(expected);
    }

    @Test
    void outputForms() {
        String key = "21" + KEY.hex();

        assertThat(reasonOfOutput(P2PKH.hex())).isNull();
        assertThat(reasonOfOutput("51024e73")).isNull();
        assertThat(reasonOfOutput("51")).isEqualTo("scriptpubkey");
        assertThat(reasonOfOutput("51" + key.repeat(3) + "53ae")).isNull();
        assertThat(reasonOfOutput("51" + key.repeat(4) + "54ae")).isEqualTo("scriptpubkey");
        assertThat(reasonOfOutput("6a4c50" + "00".repeat(80))).isNull();
        assertThat(reasonOfOutput("6a4c51" + "00".repeat(81))).isEqualTo("scriptpubkey");
        TxOut data = new TxOut(0, Bytes.fromHex("6a"));
        assertThat(reason(transaction(2, Bytes.EMPTY, data))).isNull();
        assertThat(reason(transaction(2, Bytes.EMPTY, data, data))).isEqualTo("multi-op-return");
        MempoolOptions strict = MempoolOptions.DEFAULT.withStandardness(true, 0, false, 20);
        assertThat(Policy.nonstandardReason(transaction(2, Bytes.EMPTY, data), strict))
                .isEqualTo("scriptpubkey");
        assertThat(Policy.nonstandardReason(
                        transaction(2, Bytes.EMPTY, new TxOut(10_000, Bytes.fromHex("51" + key + "51ae"))), strict))
                .isEqualTo("bare-multisig");
    }

    @ParameterizedTest
    @CsvSource({
        "76a914000000000000000000000000000000000000000088ac, 546",
        "a914000000000000000000000000000000000000000087, 540",
        "00140000000000000000000000000000000000000000, 294",
        "00200000000000000000000000000000000000000000000000000000000000000000, 330",
        "51200000000000000000000000000000000000000000000000000000000000000000, 330",
        "51024e73, 240",
    })
    void dust(String script, long threshold) {
        Bytes bytes = Bytes.fromHex(script);

        assertThat(Policy.dustThreshold(new TxOut(0, bytes), new Feerate(3000))).isEqualTo(threshold);
        assertThat(reason(transaction(2, Bytes.EMPTY, new TxOut(threshold, bytes))))
                .isNull();
        assertThat(reason(transaction(2, Bytes.EMPTY, new TxOut(threshold - 1, bytes))))
                .isEqualTo("dust");
    }

    @Test
    void inputScripts() {
        TxOut output = new TxOut(10_000, P2PKH);
        Bytes long1650 = Bytes.concat(
                new ScriptBuilder().data(Bytes.wrap(new byte[1647])).build());

        assertThat(long1650.length()).isEqualTo(1650);
        assertThat(reason(transaction(2, long1650, output))).isNull();
        assertThat(reason(transaction(2, Bytes.concat(long1650, Bytes.fromHex("51")), output)))
                .isEqualTo("scriptsig-size");
        assertThat(reason(transaction(2, Bytes.fromHex("76"), output))).isEqualTo("scriptsig-not-pushonly");
    }

    @Test
    void weight() {
        List<TxOut> many = new ArrayList<>(Collections.nCopies(2939, new TxOut(10_000, P2PKH)));
        Transaction fits = transaction(2, Bytes.EMPTY, many.toArray(TxOut[]::new));
        many.add(many.getFirst());
        Transaction tooHeavy = transaction(2, Bytes.EMPTY, many.toArray(TxOut[]::new));

        assertThat(fits.weight()).isBetween(399_800, 400_000);
        assertThat(reason(fits)).isNull();
        assertThat(reason(tooHeavy)).isEqualTo("tx-size");
    }

    private static boolean inputsStandard(Bytes scriptPubKey, Bytes scriptSig) {
        Transaction transaction = transaction(2, scriptSig, new TxOut(1, P2PKH));
        return Policy.areInputsStandard(transaction, List.of(new Coin(new TxOut(1, scriptPubKey), 1, false)));
    }

    @Test
    void whatIsSpent() {
        Bytes p2sh = Script.p2sh(Bytes.wrap(new byte[20]));
        Bytes fifteen = new ScriptBuilder().data(Bytes.fromHex("5fae")).build();
        Bytes sixteen = new ScriptBuilder().data(Bytes.fromHex("60ae")).build();

        assertThat(inputsStandard(P2PKH, Bytes.EMPTY)).isTrue();
        assertThat(inputsStandard(Bytes.fromHex("51"), Bytes.EMPTY)).isFalse();
        assertThat(inputsStandard(Script.witness(2, Bytes.wrap(new byte[32])), Bytes.EMPTY))
                .isFalse();
        assertThat(inputsStandard(p2sh, fifteen)).isTrue();
        assertThat(inputsStandard(p2sh, sixteen)).isFalse();
        assertThat(inputsStandard(p2sh, Bytes.EMPTY)).isFalse();
        assertThat(inputsStandard(p2sh, Bytes.fromHex("50" + "0151")))
                .as("a reserved opcode cannot run")
                .isFalse();
        assertThat(inputsStandard(p2sh, Bytes.fromHex("4d0802" + "00".repeat(520))))
                .isTrue();
        assertThat(inputsStandard(p2sh, Bytes.fromHex("4d0902" + "00".repeat(521))))
                .isFalse();
        assertThat(inputsStandard(p2sh, Bytes.fromHex("51".repeat(1_000)))).isTrue();
        assertThat(inputsStandard(p2sh, Bytes.fromHex("51".repeat(1_001)))).isFalse();
    }

    private static boolean witnessStandard(Bytes scriptPubKey, Bytes scriptSig, Bytes... witness) {
        Transaction transaction = Transaction.of(
                2, List.of(new TxIn(COIN, scriptSig, -1, List.of(witness))), List.of(new TxOut(1, P2PKH)), 0);
        return Policy.isWitnessStandard(transaction, List.of(new Coin(new TxOut(1, scriptPubKey), 1, false)));
    }

    private static Bytes zeros(int length) {
        return Bytes.wrap(new byte[length]);
    }

    @Test
    void witnesses() {
        Bytes p2wsh = Script.witness(0, zeros(32));
        Bytes taproot = Script.witness(1, zeros(32));
        Bytes leaf = Bytes.concat(Bytes.fromHex("c0"), zeros(32));
        Bytes annex = Bytes.fromHex("50");
        Bytes nested = new ScriptBuilder().data(p2wsh).build();
        Bytes p2sh = Script.p2sh(zeros(20));

        assertThat(witnessStandard(p2wsh, Bytes.EMPTY, zeros(80), zeros(3600))).isTrue();
        assertThat(witnessStandard(p2wsh, Bytes.EMPTY, zeros(81), zeros(3600))).isFalse();
        assertThat(witnessStandard(p2wsh, Bytes.EMPTY, zeros(3601))).isFalse();
        assertThat(witnessStandard(
                        p2wsh, Bytes.EMPTY, Collections.nCopies(101, zeros(1)).toArray(Bytes[]::new)))
                .isTrue();
        assertThat(witnessStandard(
                        p2wsh, Bytes.EMPTY, Collections.nCopies(102, zeros(1)).toArray(Bytes[]::new)))
                .isFalse();
        assertThat(witnessStandard(P2PKH, Bytes.EMPTY, zeros(1))).isFalse();
        assertThat(witnessStandard(p2sh, nested, zeros(80), zeros(3600))).isTrue();
        assertThat(witnessStandard(p2sh, nested, zeros(81), zeros(3600))).isFalse();
        assertThat(witnessStandard(Bytes.fromHex("51024e73"), Bytes.EMPTY, zeros(1)))
                .isFalse();
        assertThat(witnessStandard(taproot, Bytes.EMPTY, zeros(64))).isTrue();
        assertThat(witnessStandard(taproot, Bytes.EMPTY, zeros(64), annex)).isFalse();
        assertThat(witnessStandard(taproot, Bytes.EMPTY, zeros(80), zeros(5000), leaf))
                .isTrue();
        assertThat(witnessStandard(taproot, Bytes.EMPTY, zeros(81), zeros(5000), leaf))
                .isFalse();
    }

    @Test
    void signatureOperationsCountAsSize() {
        assertThat(Policy.virtualSize(401, 0, 20)).isEqualTo(101);
        assertThat(Policy.virtualSize(401, 21, 20)).isEqualTo(105);
    }
}
