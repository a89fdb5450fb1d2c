package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import tools.jackson.databind.JsonNode;

/** Every case of Bitcoin Core's script_tests, tx_valid, tx_invalid and sighash. */
class CoreVectorsTest {
    @Test
    void scriptTests() {
        int cases = 0;
        List<String> wrong = new ArrayList<>();
        for (JsonNode row : ScriptVectors.json("core/script_tests.json")) {
            if (row.size() == 1) {
                continue;
            }
            int at = row.get(0).isArray() ? 1 : 0;
            List<Bytes> witness = new ArrayList<>();
            long amount = 0;
            if (at == 1) {
                JsonNode head = row.get(0);
                for (int i = 0; i < head.size() - 1; i++) {
                    witness.add(Bytes.fromHex(head.get(i).asString()));
                }
                amount = head.get(head.size() - 1).asDecimal().movePointRight(8).longValueExact();
            }
            SighashCache spend = ScriptVectors.spend(
                    ScriptVectors.script(row.get(at).asString()),
                    ScriptVectors.script(row.get(at + 1).asString()),
                    witness,
                    amount);
            int flags = ScriptVectors.fill(ScriptFlags.parse(row.get(at + 2).asString()));
            ScriptError expected = ScriptError.valueOf(row.get(at + 3).asString());
            ScriptError actual = ScriptVerifier.verify(spend, 0, flags);
            if (actual != expected) {
                wrong.add(actual + " for " + row);
            }
            cases++;
        }
        assertThat(wrong).isEmpty();
        assertThat(cases).isGreaterThanOrEqualTo(855);
    }

    @Test
    void validTransactionsAreValidUnderAllButTheFlagsNamed() throws Exception {
        Random random = new Random(1);
        int cases = 0;
        for (JsonNode row : ScriptVectors.json("core/tx_valid.json")) {
            if (row.size() == 1) {
                continue;
            }
            SighashCache spend = spend(row);
            assertThat(TransactionRules.check(spend.transaction()))
                    .as(row.toString())
                    .isNull();
            int excluded = ScriptFlags.parse(row.get(2).asString());
            int flags = ScriptFlags.ALL & ~excluded;
            assertThat(isValid(spend, ScriptVectors.trim(flags)))
                    .as(row.toString())
                    .isTrue();
            for (int i = 0; i < 20; i++) {
                int fewer = ScriptVectors.trim(flags & random.nextInt());
                assertThat(isValid(spend, fewer))
                        .as(ScriptFlags.format(fewer) + row)
                        .isTrue();
            }
            for (int bit = 1; bit <= ScriptFlags.ALL; bit <<= 1) {
                if ((excluded & bit) != 0) {
                    assertThat(isValid(spend, ScriptVectors.fill(flags | bit)))
                            .as(row.toString())
                            .isFalse();
                }
            }
            cases++;
        }
        assertThat(cases).isGreaterThanOrEqualTo(80);
    }

    @Test
    void invalidTransactionsAreInvalidUnderTheFlagsNamed() throws Exception {
        Random random = new Random(2);
        int cases = 0;
        for (JsonNode row : ScriptVectors.json("core/tx_invalid.json")) {
            if (row.size() == 1) {
                continue;
            }
            SighashCache spend = spend(row);
            boolean isBad = row.get(2).asString().equals("BADTX");
            assertThat(TransactionRules.check(spend.transaction()) != null)
                    .as(row.toString())
                    .isEqualTo(isBad);
            if (isBad) {
                continue;
            }
            int flags = ScriptFlags.parse(row.get(2).asString());
            assertThat(isValid(spend, flags)).as(row.toString()).isFalse();
            for (int i = 0; i < 20; i++) {
                int more = ScriptVectors.fill(flags | random.nextInt() & ScriptFlags.ALL);
                assertThat(isValid(spend, more))
                        .as(ScriptFlags.format(more) + row)
                        .isFalse();
            }
            for (int bit = 1; bit <= ScriptFlags.ALL; bit <<= 1) {
                if ((flags & bit) != 0) {
                    assertThat(isValid(spend, ScriptVectors.trim(flags & ~bit)))
                            .as(row.toString())
                            .isTrue();
                }
            }
            cases++;
        }
        assertThat(cases).isGreaterThanOrEqualTo(60);
    }

    @Test
    void legacySignatureHashes() throws Exception {
        int cases = 0;
        for (JsonNode row : ScriptVectors.json("core/sighash.json")) {
            if (row.size() == 1) {
                continue;
            }
            Transaction transaction = Transaction.parse(Bytes.fromHex(row.get(0).asString()));
            Hash256 hash = SighashCache.legacy(
                    transaction,
                    row.get(2).asInt(),
                    Bytes.fromHex(row.get(1).asString()),
                    row.get(3).asInt());
            assertThat(hash)
                    .as(row.toString())
                    .isEqualTo(Hash256.fromHex(row.get(4).asString()));
            cases++;
        }
        assertThat(cases).isGreaterThanOrEqualTo(357);
    }

    private static SighashCache spend(JsonNode row) throws Exception {
        Map<OutPoint, TxOut> outputs = new HashMap<>();
        for (JsonNode each : row.get(0)) {
            OutPoint outPoint = new OutPoint(
                    Hash256.fromHex(each.get(0).asString()), each.get(1).asInt());
            long amount = each.size() > 3 ? each.get(3).asLong() : 0;
            outputs.put(
                    outPoint, new TxOut(amount, ScriptVectors.script(each.get(2).asString())));
        }
        Transaction transaction = Transaction.parse(Bytes.fromHex(row.get(1).asString()));
        List<TxOut> prevouts = new ArrayList<>();
        for (TxIn input : transaction.inputs()) {
            // A transaction that fails before its scripts are looked at may spend what the row does not give.
            prevouts.add(outputs.getOrDefault(input.previous(), new TxOut(0, Bytes.EMPTY)));
        }
        return new SighashCache(transaction, prevouts);
    }

    private static boolean isValid(SighashCache spend, int flags) {
        for (int i = 0; i < spend.prevouts().size(); i++) {
            if (ScriptVerifier.verify(spend, i, flags) != ScriptError.OK) {
                return false;
            }
        }
        return true;
    }
}
