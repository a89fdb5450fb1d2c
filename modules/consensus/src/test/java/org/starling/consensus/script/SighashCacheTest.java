package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Hash160;

class SighashCacheTest {
    /** The native P2WPKH example of BIP-0143. */
    @Test
    void hashOfTheExampleInBip143() throws Exception {
        Transaction unsigned = Transaction.parse(Bytes.fromHex(
                "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffff"
                        + "ffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb2"
                        + "06000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42"
                        + "dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000"));
        Bytes keyHash = Bytes.fromHex("1d0f172a0ecb48aee1be1f2687d2963ae33f71a1");
        TxOut first = new TxOut(625_000_000, Bytes.EMPTY);
        TxOut second = new TxOut(600_000_000, Script.witness(0, keyHash));
        Hash256 hash =
                new SighashCache(unsigned, List.of(first, second)).witnessV0(1, Script.p2pkh(keyHash), Sighash.ALL);
        assertThat(hash.toBytes().hex()).isEqualTo("c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670");
    }

    @Test
    void aSingleHashWithoutItsOutputIsOne() {
        SighashCache spend = twoInputsOneOutput();
        assertThat(spend.legacy(1, Bytes.EMPTY, Sighash.SINGLE).toString()).isEqualTo("0".repeat(63) + "1");
        assertThat(spend.taprootKeyPath(1, Sighash.SINGLE, null)).isNull();
        assertThat(spend.witnessV0(1, Bytes.EMPTY, Sighash.SINGLE))
                .isNotEqualTo(spend.witnessV0(1, Bytes.EMPTY, Sighash.NONE));
    }

    @Test
    void onlyTheHashTypesOfBip341AreAny() {
        SighashCache spend = twoInputsOneOutput();
        for (int type = 0; type < 256; type++) {
            boolean defined = type <= 3 || type >= 0x81 && type <= 0x83;
            assertThat(spend.taprootKeyPath(0, type, null) != null)
                    .as("type %d", type)
                    .isEqualTo(defined);
        }
    }

    @Test
    void asksForOneOutputPerInput() {
        Transaction transaction = twoInputsOneOutput().transaction();
        assertThatThrownBy(() -> new SighashCache(transaction, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 outputs for 2 inputs");
    }

    /** The scripts of a transaction are checked by several threads at once. */
    @Test
    void manyThreadsShareOne() {
        Bytes keyHash = Hash160.hash(Spender.KEY);
        List<TxIn> inputs = new ArrayList<>();
        List<TxOut> prevouts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            inputs.add(new TxIn(new OutPoint(Hash256.ZERO, i), Bytes.EMPTY, i));
            prevouts.add(new TxOut(i, i % 2 == 0 ? Script.witness(0, keyHash) : Script.p2pkh(keyHash)));
        }
        List<TxOut> outputs = List.of(new TxOut(1, Bytes.EMPTY));
        SighashCache unsigned = new SighashCache(Transaction.of(2, inputs, outputs, 0), prevouts);
        for (int i = 0; i < inputs.size(); i++) {
            Hash256 hash = i % 2 == 0
                    ? unsigned.witnessV0(i, Script.p2pkh(keyHash), Sighash.ALL)
                    : unsigned.legacy(i, prevouts.get(i).scriptPubKey(), Sighash.ALL);
            Bytes signature = Spender.withType(org.starling.crypto.Ecdsa.sign(Spender.SECRET, hash), Sighash.ALL);
            inputs.set(
                    i,
                    i % 2 == 0
                            ? inputs.get(i).withWitness(List.of(signature, Spender.KEY))
                            : inputs.get(i)
                                    .withScriptSig(new ScriptBuilder()
                                            .data(signature)
                                            .data(Spender.KEY)
                                            .build()));
        }
        Transaction signed = Transaction.of(2, inputs, outputs, 0);
        for (int round = 0; round < 20; round++) {
            SighashCache shared = new SighashCache(signed, prevouts);
            assertThat(IntStream.range(0, inputs.size())
                            .parallel()
                            .mapToObj(i -> ScriptVerifier.verify(shared, i, ScriptFlags.STANDARD)))
                    .containsOnly(ScriptError.OK);
        }
    }

    private static SighashCache twoInputsOneOutput() {
        List<TxIn> inputs = List.of(
                new TxIn(new OutPoint(Hash256.ZERO, 0), Bytes.EMPTY, 0),
                new TxIn(new OutPoint(Hash256.ZERO, 1), Bytes.EMPTY, 0));
        TxOut output = new TxOut(1, Bytes.EMPTY);
        return new SighashCache(Transaction.of(2, inputs, List.of(output), 0), List.of(output, output));
    }
}
