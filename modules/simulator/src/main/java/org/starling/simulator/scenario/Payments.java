package org.starling.simulator.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.SecretKeys;
import org.starling.wallet.TransactionSigner;
import org.starling.world.Randomness;

/** Somebody with many coins of one Taproot key, each good for one payment. */
final class Payments {
    static final long COIN_VALUE = 4_900_000;
    private static final long LEAST_FEE = 200;
    private static final int FEE_SPREAD = 3_000;

    private final Randomness random;
    private final TransactionSigner signer;
    private final Bytes script;
    private final ArrayDeque<OutPoint> coins = new ArrayDeque<>();

    Payments(Randomness random) {
        this.random = random;
        byte[] secret = new byte[SecretKeys.BYTES];
        random.fill(secret);
        // Above 2^255 a number may be no key.
        secret[0] = (byte) (secret[0] & 0x7f);
        Bytes key = Bytes.wrap(secret);
        byte[] auxiliary = new byte[32];
        random.fill(auxiliary);
        signer = new TransactionSigner(Bytes.wrap(auxiliary)).addKey(key, true);
        Bytes internal = SecretKeys.publicKey(key).from(1);
        script = Script.witness(
                1, Objects.requireNonNull(Taproot.outputKey(internal, null)).key());
    }

    /** What pays to the key. */
    Bytes script() {
        return script;
    }

    int left() {
        return coins.size();
    }

    /** Splits a coin of the key in so many; those are there to be spent once it is confirmed. */
    Transaction split(OutPoint coin, TxOut output, int parts) {
        List<TxOut> outputs = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            outputs.add(new TxOut(COIN_VALUE, script));
        }
        Transaction split = sign(coin, output, outputs);
        for (int i = 0; i < parts; i++) {
            coins.add(split.outPoint(i));
        }
        return split;
    }

    /** Pays somebody, with change, at a fee by chance; each call spends one more coin. */
    Transaction pay() {
        long fee = LEAST_FEE + random.below(FEE_SPREAD);
        long paid = 1_000 + random.below((int) (COIN_VALUE - fee - 2_000));
        byte[] payee = new byte[20];
        random.fill(payee);
        List<TxOut> outputs = List.of(
                new TxOut(paid, Script.witness(0, Bytes.wrap(payee))), new TxOut(COIN_VALUE - paid - fee, script));
        return sign(coins.remove(), new TxOut(COIN_VALUE, script), outputs);
    }

    private Transaction sign(OutPoint coin, TxOut spent, List<TxOut> outputs) {
        TxIn input = new TxIn(coin, Bytes.EMPTY, TxIn.SEQUENCE_FINAL - 1, List.of());
        Transaction unsigned = Transaction.of(2, new ArrayList<>(List.of(input)), outputs, 0);
        return signer.sign(unsigned, List.of(spent), Sighash.DEFAULT);
    }
}
