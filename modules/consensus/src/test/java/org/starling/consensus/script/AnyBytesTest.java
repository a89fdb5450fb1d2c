package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Hash160;
import org.starling.crypto.Sha256;

/** Whatever the bytes, a verification comes to an answer: peers send them. Random, from fixed seeds. */
class AnyBytesTest {
    private static final int ROUNDS = 60_000;

    private final Random random = new Random(20);

    @Test
    void randomScriptsOnRandomStacks() {
        int[] results = new int[ScriptError.values().length];
        for (int i = 0; i < ROUNDS; i++) {
            Bytes unlocking = randomScript();
            Bytes script = randomScript();
            Bytes scriptPubKey = lock(script, i % 4);
            SighashCache spend = spend(
                    i % 4 == 2 ? new ScriptBuilder().data(script).build() : i % 4 == 0 ? unlocking : Bytes.EMPTY,
                    scriptPubKey,
                    i % 4 == 0 ? List.of() : witness(script));
            results[
                    ScriptVerifier.verify(spend, 0, ScriptVectors.fill(random.nextInt() & ScriptFlags.ALL))
                            .ordinal()]++;
        }
        assertThat(results[ScriptError.OK.ordinal()]).isPositive();
        assertThat(results[ScriptError.BAD_OPCODE.ordinal()]).isPositive();
        assertThat(results[ScriptError.INVALID_STACK_OPERATION.ordinal()]).isPositive();
    }

    /** Flags that do not go together are no reason to fall over either. */
    @Test
    void anyFlags() {
        for (int i = 0; i < ROUNDS / 4; i++) {
            Bytes script = randomScript();
            SighashCache spend = spend(randomScript(), lock(script, i % 4), witness(script));
            assertThat(ScriptVerifier.verify(spend, 0, random.nextInt())).isNotNull();
        }
    }

    @Test
    void mutatedTaprootSpends() throws Exception {
        List<tools.jackson.databind.JsonNode> assets = ScriptVectors.lines("taproot_script_assets.jsonl");
        for (int i = 0; i < 6_000; i++) {
            tools.jackson.databind.JsonNode asset = assets.get(random.nextInt(assets.size()));
            List<Bytes> witness = new ArrayList<>();
            asset.get("success").get("witness").forEach(element -> witness.add(Bytes.fromHex(element.asString())));
            List<TxOut> prevouts = new ArrayList<>();
            for (tools.jackson.databind.JsonNode prevout : asset.get("prevouts")) {
                prevouts.add(TxOut.read(Bytes.fromHex(prevout.asString()).reader()));
            }
            mutate(witness);
            Transaction transaction =
                    Transaction.parse(Bytes.fromHex(asset.get("tx").asString()));
            int index = asset.get("index").asInt();
            List<TxIn> inputs = new ArrayList<>(transaction.inputs());
            inputs.set(index, inputs.get(index).withWitness(witness));
            SighashCache spend = new SighashCache(
                    Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime()),
                    prevouts);
            assertThat(ScriptVerifier.verify(spend, index, ScriptFlags.CONSENSUS))
                    .isNotNull();
        }
    }

    private void mutate(List<Bytes> witness) {
        if (witness.isEmpty()) {
            return;
        }
        int at = random.nextInt(witness.size());
        byte[] element = witness.get(at).toArray();
        switch (random.nextInt(4)) {
            case 0 -> witness.remove(at);
            case 1 -> witness.set(at, Bytes.wrap(element, 0, random.nextInt(element.length + 1)));
            case 2 -> witness.add(at, Bytes.wrap(element));
            default -> {
                if (element.length > 0) {
                    element[random.nextInt(element.length)] ^= (byte) (1 << random.nextInt(8));
                }
                witness.set(at, Bytes.wrap(element));
            }
        }
    }

    /** The script itself, or hashed in one of the ways there are. */
    private static Bytes lock(Bytes script, int way) {
        return switch (way) {
            case 0 -> script;
            case 1 -> Script.witness(0, Sha256.once(script).toBytes());
            case 2 -> Script.p2sh(Hash160.hash(script));
            default -> Script.witness(1, Sha256.once(script).toBytes());
        };
    }

    private List<Bytes> witness(Bytes script) {
        List<Bytes> witness = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            byte[] element = new byte[random.nextInt(70)];
            random.nextBytes(element);
            witness.add(Bytes.wrap(element));
        }
        witness.add(script);
        return witness;
    }

    /** Mostly opcodes that do something, some small pushes, now and then any byte. */
    private Bytes randomScript() {
        ScriptBuilder builder = new ScriptBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> builder.op(random.nextInt(256));
                case 1 -> {
                    byte[] data = new byte[random.nextInt(40)];
                    random.nextBytes(data);
                    builder.data(Bytes.wrap(data));
                }
                case 2, 3 -> builder.number(random.nextInt(24) - 4);
                default -> builder.op(Op.OP_NOP + random.nextInt(Op.OP_CHECKSIGADD - Op.OP_NOP + 1));
            }
        }
        return builder.build();
    }

    private SighashCache spend(Bytes scriptSig, Bytes scriptPubKey, List<Bytes> witness) {
        TxIn input = new TxIn(new OutPoint(Hash256.ZERO, 0), scriptSig, random.nextInt(), witness);
        List<TxOut> outputs = random.nextBoolean() ? List.of() : List.of(new TxOut(1, Bytes.EMPTY));
        return new SighashCache(
                Transaction.of(random.nextInt(4), List.of(input), outputs, random.nextInt()),
                List.of(new TxOut(random.nextInt(), scriptPubKey)));
    }
}
