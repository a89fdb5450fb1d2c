package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.TransactionRules.InputVerdict;

class TransactionRulesTest {
    private static final Bytes SCRIPT = Bytes.fromHex("51");
    private static final Hash256 TXID = Hash256.fromHex("ab".repeat(32));

    private static TxIn input(int index) {
        return new TxIn(new OutPoint(TXID, index), Bytes.EMPTY, TxIn.SEQUENCE_FINAL);
    }

    private static TxOut output(long value) {
        return new TxOut(value, SCRIPT);
    }

    private static Transaction spend(List<TxIn> inputs, long... values) {
        List<TxOut> outputs = new ArrayList<>();
        for (long value : values) {
            outputs.add(output(value));
        }
        return Transaction.of(2, inputs, outputs, 0);
    }

    private static String reason(Transaction transaction) {
        Rejection rejection = TransactionRules.check(transaction);
        if (rejection == null) {
            return "valid";
        }
        assertThat(rejection.kind()).isEqualTo(Kind.CONSENSUS);
        return rejection.reason();
    }

    @Test
    void inputsAndOutputsMustBeThere() {
        assertThat(reason(spend(List.of(input(0)), 1))).isEqualTo("valid");
        assertThat(reason(spend(List.of(), 1))).isEqualTo("bad-txns-vin-empty");
        assertThat(reason(spend(List.of(input(0))))).isEqualTo("bad-txns-vout-empty");
    }

    @Test
    void valuesStayWithinTheSupply() {
        assertThat(reason(spend(List.of(input(0)), 0, Money.MAX))).isEqualTo("valid");
        assertThat(reason(spend(List.of(input(0)), -1))).isEqualTo("bad-txns-vout-negative");
        assertThat(reason(spend(List.of(input(0)), Money.MAX + 1))).isEqualTo("bad-txns-vout-toolarge");
        assertThat(reason(spend(List.of(input(0)), Money.MAX, 1))).isEqualTo("bad-txns-txouttotal-toolarge");
        assertThat(reason(spend(List.of(input(0)), Long.MAX_VALUE, Long.MAX_VALUE, 2)))
                .as("a sum that would overflow (CVE-2010-5139)")
                .isEqualTo("bad-txns-vout-toolarge");
    }

    @Test
    void noInputTwice() {
        List<TxIn> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(input(i));
        }

        assertThat(reason(spend(List.of(input(0), input(1), input(0)), 1))).isEqualTo("bad-txns-inputs-duplicate");
        assertThat(reason(spend(many, 1))).isEqualTo("valid");
        many.add(input(17));
        assertThat(reason(spend(many, 1))).isEqualTo("bad-txns-inputs-duplicate");
    }

    @Test
    void onlyACoinbaseSpendsNothing() {
        TxIn nothing = new TxIn(OutPoint.NULL, Bytes.fromHex("0101"), TxIn.SEQUENCE_FINAL);

        assertThat(reason(spend(List.of(nothing), 1))).isEqualTo("valid");
        assertThat(reason(spend(List.of(input(0), nothing), 1))).isEqualTo("bad-txns-prevout-null");
        assertThat(reason(spend(List.of(nothing.withScriptSig(Bytes.wrap(new byte[1]))), 1)))
                .isEqualTo("bad-cb-length");
        assertThat(reason(spend(List.of(nothing.withScriptSig(Bytes.wrap(new byte[100]))), 1)))
                .isEqualTo("valid");
        assertThat(reason(spend(List.of(nothing.withScriptSig(Bytes.wrap(new byte[101]))), 1)))
                .isEqualTo("bad-cb-length");
    }

    @Test
    void oversize() {
        // 4 version, 1 count, 41 input with its own three-byte length more, 1 count, 10 output, 4 locktime
        TxIn large = input(0).withScriptSig(Bytes.wrap(new byte[1_000_000 - 65]));
        TxIn tooLarge = input(0).withScriptSig(Bytes.wrap(new byte[1_000_000 - 64]));

        assertThat(spend(List.of(large), 1).strippedLength()).isEqualTo(1_000_000);
        assertThat(reason(spend(List.of(large), 1))).isEqualTo("valid");
        assertThat(reason(spend(List.of(tooLarge), 1))).isEqualTo("bad-txns-oversize");
    }

    @ParameterizedTest
    @CsvSource({
        // locktime, sequence, final at height 1000 and time 1,600,000,000
        "0, 0, true",
        "999, 0, true",
        "1000, 0, false",
        "1000, -1, true",
        "499999999, 0, false",
        "500000000, 0, true",
        "1599999999, 0, true",
        "1600000000, 0, false",
        "4294967295, 0, false",
        "4294967295, -1, true",
    })
    void finality(long lockTime, int sequence, boolean expected) {
        Transaction transaction = Transaction.of(
                1, List.of(new TxIn(new OutPoint(TXID, 0), Bytes.EMPTY, sequence)), List.of(output(1)), (int) lockTime);

        assertThat(TransactionRules.isFinal(transaction, 1000, 1_600_000_000)).isEqualTo(expected);
    }

    @Test
    void feeIsWhatIsLeftOver() {
        Transaction transaction = spend(List.of(input(0), input(1)), 70, 5);
        List<Coin> coins = List.of(new Coin(output(60), 10, false), new Coin(output(40), 10, false));

        assertThat(TransactionRules.checkInputs(transaction, coins, 11)).isEqualTo(new InputVerdict.Fee(25));
    }

    @Test
    void noMoreOutThanIn() {
        Transaction transaction = spend(List.of(input(0)), 150_000_000);

        assertThat(TransactionRules.checkInputs(transaction, List.of(new Coin(output(149_999_999), 10, false)), 11))
                .isEqualTo(new InputVerdict.Refused(
                        Rejection.consensus("bad-txns-in-belowout", "value in (1.49999999) < value out (1.50)")));
    }

    @Test
    void coinbasesMatureAfterAHundredBlocks() {
        Transaction transaction = spend(List.of(input(0)), 1);
        List<Coin> coinbase = List.of(new Coin(output(10), 50, true));

        assertThat(TransactionRules.checkInputs(transaction, coinbase, 150)).isEqualTo(new InputVerdict.Fee(9));
        assertThat(TransactionRules.checkInputs(transaction, coinbase, 149))
                .isEqualTo(new InputVerdict.Refused(Rejection.of(
                        Kind.PREMATURE_SPEND,
                        "bad-txns-premature-spend-of-coinbase",
                        "tried to spend coinbase at depth 99")));
    }

    @Test
    void inputValuesStayWithinTheSupply() {
        Transaction transaction = spend(List.of(input(0), input(1)), 1);
        Coin all = new Coin(output(Money.MAX), 1, false);

        assertThat(TransactionRules.checkInputs(transaction, List.of(all, new Coin(output(1), 1, false)), 11))
                .isEqualTo(new InputVerdict.Refused(Rejection.consensus("bad-txns-inputvalues-outofrange")));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "1, 0.00000001", "150000000, 1.50", "123456789, 1.23456789", "-1000, -0.00001"})
    void amountsAsText(long satoshis, String text) {
        assertThat(Money.format(satoshis)).isEqualTo(text);
    }
}
