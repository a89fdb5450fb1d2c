package org.starling.embed;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.SecretKeys;
import org.starling.wallet.TransactionSigner;

/**
 * One Taproot key and the coins that the chain gives it: enough to mine to and pay from. It follows a node's chain as a
 * {@link ChainListener}, disconnected blocks included.
 */
public final class Purse implements ChainListener {
    /** Virtual bytes of a transaction, per input and for the rest with two outputs; Taproot inputs have 57.5. */
    private static final int INPUT_VBYTES = 58;

    private static final int BASE_VBYTES = 100;

    /** Change below is left to the miner. */
    private static final long DUST_SATOSHIS = 1_000;

    private final Bytes scriptPubKey;
    private final TransactionSigner signer;
    private final Map<OutPoint, Coin> coins = new TreeMap<>();
    private final Set<OutPoint> promised = new HashSet<>();

    /**
     * @param secret a private key of 32 bytes
     * @param auxiliary 32 random bytes for signatures
     */
    public Purse(Bytes secret, Bytes auxiliary) {
        PublicKeys.XOnly output =
                Taproot.outputKey(SecretKeys.xOnlyPublicKey(secret).key(), null);
        if (output == null) {
            throw new IllegalArgumentException("not a private key");
        }
        scriptPubKey = Script.witness(1, output.key());
        signer = new TransactionSigner(auxiliary).addKey(secret, true);
    }

    /** Reads the whole chain, and follows it from now on. For the validation thread. */
    public synchronized void follow(Chain chain) {
        coins.clear();
        promised.clear();
        BlockEntry tip = chain.tree().tip();
        for (int height = 0; height <= tip.height(); height++) {
            BlockEntry entry = Objects.requireNonNull(tip.ancestor(height));
            connect(entry, chain.readBlock(entry));
        }
        chain.addListener(this);
    }

    /** What to pay to. */
    public Bytes scriptPubKey() {
        return scriptPubKey;
    }

    /** Satoshis in coins that a block after that height may spend and that no payment of ours has taken. */
    public synchronized long spendable(int height) {
        long total = 0;
        for (Map.Entry<OutPoint, Coin> entry : coins.entrySet()) {
            total += isFree(entry.getKey(), entry.getValue(), height)
                    ? entry.getValue().output().value()
                    : 0;
        }
        return total;
    }

    /** Whether a transaction of that txid has paid to this purse and that coin is still there. */
    public synchronized boolean owns(Hash256 txid) {
        return coins.keySet().stream().anyMatch(outPoint -> outPoint.txid().equals(txid));
    }

    /** A signed payment for the block after that height, its change back to this purse; null if coins do not suffice. */
    public synchronized @Nullable Transaction pay(Bytes target, long satoshis, long satoshisPerVbyte, int height) {
        List<TxIn> inputs = new ArrayList<>();
        List<TxOut> prevouts = new ArrayList<>();
        long gathered = 0;
        long needed = satoshis + BASE_VBYTES * satoshisPerVbyte;
        for (Map.Entry<OutPoint, Coin> entry : coins.entrySet()) {
            if (gathered < needed && isFree(entry.getKey(), entry.getValue(), height)) {
                inputs.add(new TxIn(entry.getKey(), Bytes.EMPTY, TxIn.SEQUENCE_FINAL - 2));
                prevouts.add(entry.getValue().output());
                gathered += entry.getValue().output().value();
                needed += INPUT_VBYTES * satoshisPerVbyte;
            }
        }
        if (gathered < needed) {
            return null;
        }
        List<TxOut> outputs = new ArrayList<>();
        outputs.add(new TxOut(satoshis, target));
        if (gathered - needed >= DUST_SATOSHIS) {
            outputs.add(new TxOut(gathered - needed, scriptPubKey));
        }
        inputs.forEach(input -> promised.add(input.previous()));
        return signer.sign(Transaction.of(2, inputs, outputs, 0), prevouts, Sighash.DEFAULT);
    }

    private boolean isFree(OutPoint outPoint, Coin coin, int height) {
        boolean mature = !coin.coinbase() || height + 1 - coin.height() >= TransactionRules.COINBASE_MATURITY;
        return mature && !promised.contains(outPoint);
    }

    @Override
    public synchronized void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
        connect(entry, block);
    }

    private void connect(BlockEntry entry, Block block) {
        for (Transaction transaction : block.transactions()) {
            transaction.inputs().forEach(input -> coins.remove(input.previous()));
            for (int i = 0; i < transaction.outputs().size(); i++) {
                TxOut output = transaction.outputs().get(i);
                if (output.scriptPubKey().equals(scriptPubKey)) {
                    coins.put(transaction.outPoint(i), new Coin(output, entry.height(), transaction.isCoinbase()));
                }
            }
        }
    }

    @Override
    public synchronized void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
        List<Transaction> transactions = block.transactions();
        for (int number = transactions.size() - 1; number >= 0; number--) {
            Transaction transaction = transactions.get(number);
            for (int i = 0; i < transaction.outputs().size(); i++) {
                coins.remove(transaction.outPoint(i));
            }
            for (int i = 0; number > 0 && i < transaction.inputs().size(); i++) {
                Coin spent = undo.spentBy(number).get(i);
                if (spent.output().scriptPubKey().equals(scriptPubKey)) {
                    coins.put(transaction.inputs().get(i).previous(), spent);
                }
            }
        }
    }
}
