package org.starling.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.crypto.Sha256;
import org.starling.world.SeededRandomness;

/**
 * Transactions as a busy mempool holds them, parents before their children: most alone, some in chains, fans and pairs of
 * which the child pays for the parent. All spend and pay scripts that anyone can satisfy, so that no signature is checked.
 */
final class WaitingPayments {
    /** What each confirmed output holds, in satoshis: enough to be halved along a chain. */
    static final long VALUE = 10_000_000_000_000L;

    private static final Bytes WITNESS_SCRIPT = Bytes.fromHex("51");
    static final Bytes ANYONE = Script.witness(0, Sha256.once(WITNESS_SCRIPT).toBytes());
    private static final int LONGEST_CHAIN = 20;
    private static final int WIDEST_FAN = 20;

    private final SeededRandomness random;
    private final List<Transaction> made = new ArrayList<>();
    private int funded;

    private WaitingPayments(long seed) {
        random = new SeededRandomness(seed);
    }

    static List<Transaction> make(int count, long seed) {
        WaitingPayments payments = new WaitingPayments(seed);
        while (payments.made.size() < count) {
            switch (payments.random.below(100)) {
                case 0, 1, 2 -> payments.chain();
                case 3, 4 -> payments.fan();
                case 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 -> payments.pair();
                default -> payments.payment(payments.inputs(), VALUE, payments.feerate(), 2);
            }
        }
        return List.copyOf(payments.made.subList(0, count));
    }

    private void chain() {
        Transaction last = payment(inputs(), VALUE, feerate(), 2);
        for (int i = random.below(LONGEST_CHAIN); i > 0; i--) {
            last = child(last, 0, feerate());
        }
    }

    private void fan() {
        int width = 2 + random.below(WIDEST_FAN - 1);
        Transaction hub = payment(inputs(), VALUE, feerate(), width);
        for (int i = 0; i < width; i++) {
            child(hub, i, feerate());
        }
    }

    private void pair() {
        Transaction parent = payment(inputs(), VALUE, 1, 2);
        child(parent, 1, 2 * feerate());
    }

    private Transaction child(Transaction parent, int output, double feerate) {
        return payment(
                List.of(parent.outPoint(output)), parent.outputs().get(output).value(), feerate, 2);
    }

    private List<OutPoint> inputs() {
        List<OutPoint> inputs = new ArrayList<>();
        for (int i = random.below(3); i >= 0; i--) {
            inputs.add(new OutPoint(Sha256.once(new ByteWriter().i32(funded++).toBytes()), 0));
        }
        return inputs;
    }

    /** Satoshis for a virtual byte: most pay little, few very much. */
    private double feerate() {
        double normal = 0;
        for (int i = 0; i < 12; i++) {
            normal += random.below(1 << 20) / (double) (1 << 20) - 0.5;
        }
        return 1 + StrictMath.exp(1.5 + 1.2 * normal);
    }

    private Transaction payment(List<OutPoint> from, long valueOfEach, double feerate, int outputs) {
        List<TxIn> inputs = from.stream()
                .map(outPoint -> new TxIn(outPoint, Bytes.EMPTY, TxIn.SEQUENCE_FINAL, List.of(WITNESS_SCRIPT)))
                .toList();
        long value = valueOfEach * from.size();
        Transaction free = Transaction.of(2, inputs, outputs(outputs, value), 0);
        long fee = (long) StrictMath.ceil(feerate * free.virtualSize());
        Transaction transaction =
                Transaction.of(2, inputs, outputs(outputs, value - fee), 0).compact();
        made.add(transaction);
        return transaction;
    }

    private static List<TxOut> outputs(int count, long value) {
        return Collections.nCopies(count, new TxOut(value / count, ANYONE));
    }
}
