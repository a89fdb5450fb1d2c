package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.ScriptCache;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.VersionBits;
import org.starling.consensus.script.Script;
import org.starling.crypto.Sha256;
import org.starling.world.SeededRandomness;

/**
 * A mempool over a chain of which only the coins and the headers are there. Outputs pay to a script that anyone can
 * satisfy, so that nothing has to be signed.
 */
final class Playground {
    static final Bytes WITNESS_SCRIPT = Bytes.fromHex("51");
    static final Bytes ANYONE = Script.witness(0, Sha256.once(WITNESS_SCRIPT).toBytes());
    static final long START = 1_700_000_000;
    private static final int BITS = 0x207fffff;

    record Header(
            Hash256 hash, int height, long time, @Nullable HeaderView previous) implements HeaderView {
        @Override
        public int version() {
            return 0x20000000;
        }

        @Override
        public int bits() {
            return BITS;
        }
    }

    final ChainParams params = ChainParams.regtest();
    final Map<OutPoint, Coin> coins = new HashMap<>();
    final Mempool mempool;
    final List<String> events = new ArrayList<>();
    HeaderView tip = new Header(Hash256.ZERO, 0, START - 300 * 600, null);
    long now = START;
    private int funded;

    Playground() {
        this(MempoolOptions.DEFAULT);
    }

    Playground(MempoolOptions options) {
        for (int i = 0; i < 200; i++) {
            grow();
        }
        mempool = new Mempool(params, options, coins::get, () -> tip, new ScriptCache(new SeededRandomness(1)));
        mempool.addListener(new MempoolListener() {
            @Override
            public void added(Transaction transaction, long sequence) {
                events.add("added " + sequence);
            }

            @Override
            public void removed(Transaction transaction, RemovalReason reason, long sequence) {
                events.add(reason + " " + sequence);
            }

            @Override
            public void minimumFeeRaised(Feerate minimum) {
                events.add("minimum " + minimum.satoshisPerKvb());
            }
        });
    }

    /** A header more. */
    void grow() {
        Hash256 hash = Sha256.twice(
                new ByteWriter().i32(tip.height()).hash256(tip.hash()).toBytes());
        tip = new Header(hash, tip.height() + 1, tip.time() + 600, tip);
    }

    /** A confirmed output of that value. */
    OutPoint fund(long satoshis) {
        return fund(new TxOut(satoshis, ANYONE), 1, false);
    }

    OutPoint fund(TxOut output, int height, boolean coinbase) {
        OutPoint outPoint =
                new OutPoint(Sha256.once(new ByteWriter().i32(funded++).toBytes()), 0);
        coins.put(outPoint, new Coin(output, height, coinbase));
        return outPoint;
    }

    static TxIn input(OutPoint outPoint) {
        return input(outPoint, TxIn.SEQUENCE_FINAL);
    }

    static TxIn input(OutPoint outPoint, int sequence) {
        return new TxIn(outPoint, Bytes.EMPTY, sequence, List.of(WITNESS_SCRIPT));
    }

    /** Spends the outputs into others of those values. */
    static Transaction spend(List<OutPoint> from, long... values) {
        return spend(2, from, values);
    }

    static Transaction spend(int version, List<OutPoint> from, long... values) {
        List<TxOut> outputs = new ArrayList<>();
        for (long value : values) {
            outputs.add(new TxOut(value, ANYONE));
        }
        return Transaction.of(version, from.stream().map(Playground::input).toList(), outputs, 0);
    }

    /** Spends the output, with so many bytes of witness that the virtual size is about the one asked for. */
    static Transaction large(OutPoint from, int virtualSize, long value) {
        List<TxOut> outputs = new ArrayList<>();
        int each = 43;
        int count = (virtualSize - 60) / each;
        for (int i = 0; i < count; i++) {
            outputs.add(new TxOut(value / count, ANYONE));
        }
        return Transaction.of(2, List.of(input(from)), outputs, 0);
    }

    AcceptResult accept(Transaction transaction) {
        return mempool.accept(transaction, now);
    }

    /** Takes the transaction in, which must succeed. */
    Transaction add(Transaction transaction) {
        assertThat(accept(transaction)).isInstanceOf(AcceptResult.Accepted.class);
        return transaction;
    }

    /** What the mempool says to the transaction: {@code ok} or the reject reason. */
    String say(Transaction transaction) {
        return reason(accept(transaction));
    }

    static String reason(AcceptResult result) {
        return switch (result) {
            case AcceptResult.Accepted accepted -> "ok";
            case AcceptResult.Rejected rejected -> rejected.rejection().reason();
            case AcceptResult.MissingInputs missing -> "missing-inputs";
        };
    }

    /** Connects a block with these transactions, and changes the coins and the tip. */
    Block connect(Transaction... transactions) {
        Block block = block(transactions);
        for (Transaction transaction : transactions) {
            transaction.inputs().forEach(input -> coins.remove(input.previous()));
            for (int i = 0; i < transaction.outputs().size(); i++) {
                coins.put(
                        transaction.outPoint(i), new Coin(transaction.outputs().get(i), tip.height() + 1, false));
            }
        }
        grow();
        mempool.blockConnected(block, now);
        mempool.chainChanged(now, false);
        return block;
    }

    /** Takes the tip back, which was this block; {@code spent} are the coins that it spent. */
    void disconnect(Block block, Map<OutPoint, Coin> spent) {
        for (Transaction transaction :
                block.transactions().subList(1, block.transactions().size())) {
            for (int i = 0; i < transaction.outputs().size(); i++) {
                coins.remove(transaction.outPoint(i));
            }
        }
        coins.putAll(spent);
        tip = tip.previous();
        mempool.blockDisconnected(block);
    }

    private Block block(Transaction... transactions) {
        List<Transaction> all = new ArrayList<>();
        all.add(Transaction.of(
                2,
                List.of(new TxIn(OutPoint.NULL, BlockRules.heightPush(tip.height() + 1), -1)),
                List.of(new TxOut(50, ANYONE)),
                0));
        all.addAll(List.of(transactions));
        return Block.of(new BlockHeader(4, tip.hash(), Hash256.ZERO, tip.time() + 600, BITS, 0), all);
    }

    BlockTemplate assemble() {
        return new BlockAssembler(params, new VersionBits(params), BlockAssembler.Options.DEFAULT)
                .assemble(mempool, tip, ANYONE, now);
    }
}
