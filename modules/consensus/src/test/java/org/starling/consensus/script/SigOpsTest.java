package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

class SigOpsTest {
    private static final Bytes TWO_OF_THREE_SHAPE = Bytes.fromHex("5153ae"); // OP_1 OP_3 OP_CHECKMULTISIG

    @ParameterizedTest
    @CsvSource({
        // script, as legacy, looking at key counts
        "'', 0, 0",
        "ac, 1, 1",
        "adac, 2, 2",
        "ae, 20, 20",
        "53ae, 20, 3",
        "60af, 20, 16",
        "00ae, 20, 20",
        "0103ae, 20, 20",
        "02acac, 0, 0",
        "ac03acac, 1, 1",
        "ac4dffac, 1, 1",
        "4c02acacac, 1, 1",
    })
    void counts(String script, int legacy, int accurate) {
        assertThat(SigOps.count(Bytes.fromHex(script), false)).isEqualTo(legacy);
        assertThat(SigOps.count(Bytes.fromHex(script), true)).isEqualTo(accurate);
    }

    private static long cost(Bytes scriptPubKey, Bytes scriptSig, List<Bytes> witness, boolean p2sh, boolean segwit) {
        Transaction transaction = Transaction.of(
                1,
                List.of(new TxIn(new OutPoint(Hash256.ZERO, 0), scriptSig, 0, witness)),
                List.of(new TxOut(1, Bytes.fromHex("6a"))),
                0);
        return SigOps.cost(transaction, List.of(new Coin(new TxOut(2, scriptPubKey), 1, false)), p2sh, segwit);
    }

    private static Bytes push(Bytes data) {
        return new ByteWriter().varBytes(data).toBytes();
    }

    @Test
    void redeemScriptsCountFourfoldByTheirKeys() {
        Bytes p2sh = new Address.ScriptHash(Bytes.wrap(new byte[20])).scriptPubKey();

        assertThat(cost(p2sh, push(TWO_OF_THREE_SHAPE), List.of(), true, true)).isEqualTo(12);
        assertThat(cost(p2sh, push(TWO_OF_THREE_SHAPE), List.of(), false, false))
                .as("before BIP-0016")
                .isZero();
        assertThat(cost(p2sh, Bytes.fromHex("0453ae51"), List.of(), true, true))
                .as("cut off push")
                .isZero();
        assertThat(cost(p2sh, Bytes.concat(Bytes.fromHex("61"), push(TWO_OF_THREE_SHAPE)), List.of(), true, true))
                .as("not only pushes")
                .isZero();
        assertThat(cost(p2sh, Bytes.concat(push(TWO_OF_THREE_SHAPE), Bytes.fromHex("51")), List.of(), true, true))
                .as("the last push is the script")
                .isZero();
    }

    @Test
    void witnessScriptsCountOnce() {
        Bytes keyHash = new Address.WitnessPubkeyHash(Bytes.wrap(new byte[20])).scriptPubKey();
        Bytes scriptHash = new Address.WitnessScriptHash(Bytes.wrap(new byte[32])).scriptPubKey();
        Bytes taproot = new Address.Taproot(Bytes.wrap(new byte[32])).scriptPubKey();
        Bytes p2sh = new Address.ScriptHash(Bytes.wrap(new byte[20])).scriptPubKey();
        List<Bytes> witness = List.of(Bytes.fromHex("00"), TWO_OF_THREE_SHAPE);

        assertThat(cost(keyHash, Bytes.EMPTY, List.of(), true, true)).isEqualTo(1);
        assertThat(cost(keyHash, Bytes.EMPTY, List.of(), true, false)).isZero();
        assertThat(cost(scriptHash, Bytes.EMPTY, witness, true, true)).isEqualTo(3);
        assertThat(cost(scriptHash, Bytes.EMPTY, List.of(), true, true)).isZero();
        assertThat(cost(taproot, Bytes.EMPTY, witness, true, true)).isZero();
        assertThat(cost(p2sh, push(keyHash), List.of(), true, true)).isEqualTo(1);
        assertThat(cost(p2sh, push(scriptHash), witness, true, true)).isEqualTo(3);
    }

    @Test
    void aCoinbaseCountsItsOwnScriptsOnly() {
        Transaction coinbase = Transaction.of(
                1,
                List.of(new TxIn(OutPoint.NULL, Bytes.fromHex("ac"), -1)),
                List.of(new TxOut(1, Bytes.fromHex("ae"))),
                0);

        assertThat(SigOps.cost(coinbase, List.of(), true, true)).isEqualTo(84);
    }
}
