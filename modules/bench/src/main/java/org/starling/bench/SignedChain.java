package org.starling.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockBuilder;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;
import org.starling.wallet.TransactionSigner;
import org.starling.world.Randomness;
import org.starling.world.Workers;

/**
 * A regtest chain of signed transactions, the same for the same seed: some blocks of coinbases, blocks that fan them out
 * into many coins, then blocks of payments with one to three inputs and two outputs, of all common script types.
 */
final class SignedChain {
    private static final int KEYS = 128;
    private static final int FAN_OUT = 200;
    private static final int MAX_INPUTS = 3;
    private static final long FEE = 1_000;
    private static final long START_SPACING_SECONDS = 600;

    /** Receives the blocks in order, genesis first. */
    @FunctionalInterface
    interface Sink {
        void block(Block block, int height);
    }

    private record Coin(OutPoint outPoint, TxOut output) {}

    private record Header(
            BlockHeader header,
            Hash256 hash,
            int height,
            @Nullable Header previous) implements HeaderView {
        @Override
        public int version() {
            return header.version();
        }

        @Override
        public long time() {
            return header.time();
        }

        @Override
        public int bits() {
            return header.bits();
        }
    }

    private final ChainParams params = ChainParams.regtest();
    private final Randomness randomness;
    private final Workers workers;
    private final Sink sink;
    private final TransactionSigner signer;
    private final List<Bytes> scripts = new ArrayList<>();
    private final List<Coin> pool = new ArrayList<>();
    private Header tip;

    SignedChain(Randomness randomness, Workers workers, Sink sink) {
        this.randomness = randomness;
        this.workers = workers;
        this.sink = sink;
        this.signer = new TransactionSigner(Hash256.ZERO.toBytes());
        makeScripts();
        Block genesis = params.genesis();
        tip = new Header(genesis.header(), genesis.hash(), 0, null);
        sink.block(genesis, 0);
    }

    /** Of twenty scripts 4 are P2PKH, 8 P2WPKH, 3 P2SH-P2WPKH, 4 P2TR and 1 a 2-of-3 multisig in P2WSH. */
    private void makeScripts() {
        List<Bytes> publicKeys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            byte[] secret = new byte[SecretKeys.BYTES];
            randomness.fill(secret);
            Bytes key = Sha256.once(Bytes.wrap(secret)).toBytes();
            signer.addKey(key, true);
            publicKeys.add(SecretKeys.publicKey(key));
        }
        for (int i = 0; i < KEYS; i++) {
            Bytes key = publicKeys.get(i);
            Bytes hash = Hash160.hash(key);
            int kind = i % 20;
            if (kind < 4) {
                scripts.add(Script.p2pkh(hash));
            } else if (kind < 12) {
                scripts.add(Script.witness(0, hash));
            } else if (kind < 15) {
                scripts.add(Script.p2sh(Hash160.hash(Script.witness(0, hash))));
            } else if (kind < 19) {
                scripts.add(Script.witness(
                        1,
                        Objects.requireNonNull(Taproot.outputKey(key.from(1), null))
                                .key()));
            } else {
                Bytes script = new ScriptBuilder()
                        .number(2)
                        .data(key)
                        .data(publicKeys.get((i + 1) % KEYS))
                        .data(publicKeys.get((i + 2) % KEYS))
                        .number(3)
                        .op(Op.OP_CHECKMULTISIG)
                        .build();
                signer.addScript(script);
                scripts.add(Script.witness(0, Sha256.once(script).toBytes()));
            }
        }
    }

    /** Makes the whole chain: preparation, then {@code blocks} blocks of about that many inputs, then empty ones. */
    void make(int blocks, int inputsPerBlock, int emptyBlocks) {
        int coins = Math.max(4 * inputsPerBlock, 1_000);
        int coinbases = (coins + FAN_OUT - 1) / FAN_OUT;
        for (int i = 0; i < coinbases; i++) {
            mine(List.of());
        }
        List<Coin> mature = new ArrayList<>(pool);
        pool.clear();
        for (int i = 0; i < TransactionRules.COINBASE_MATURITY; i++) {
            mine(List.of());
        }
        pool.clear();
        int perBlock = Math.max(1, inputsPerBlock / 30);
        for (int from = 0; from < mature.size(); from += perBlock) {
            List<List<Coin>> groups = new ArrayList<>();
            mature.subList(from, Math.min(mature.size(), from + perBlock)).forEach(coin -> groups.add(List.of(coin)));
            mine(sign(groups, FAN_OUT));
        }
        for (int i = 0; i < blocks; i++) {
            List<List<Coin>> groups = new ArrayList<>();
            int inputs = 0;
            while (inputs < inputsPerBlock && pool.size() > MAX_INPUTS) {
                List<Coin> group = new ArrayList<>();
                int count = 1 + randomness.below(MAX_INPUTS);
                for (int j = 0; j < count; j++) {
                    group.add(takeAny());
                }
                inputs += count;
                groups.add(group);
            }
            mine(sign(groups, 2));
        }
        for (int i = 0; i < emptyBlocks; i++) {
            mine(List.of());
        }
    }

    private Coin takeAny() {
        int at = randomness.below(pool.size());
        Coin last = pool.removeLast();
        return at == pool.size() ? last : pool.set(at, last);
    }

    private List<Transaction> sign(List<List<Coin>> groups, int outputs) {
        List<Callable<Transaction>> tasks = new ArrayList<>();
        for (List<Coin> group : groups) {
            List<TxIn> inputs = new ArrayList<>();
            List<@Nullable TxOut> prevouts = new ArrayList<>();
            long value = -FEE;
            for (Coin coin : group) {
                inputs.add(new TxIn(coin.outPoint, Bytes.EMPTY, TxIn.SEQUENCE_FINAL));
                prevouts.add(coin.output);
                value += coin.output.value();
            }
            List<TxOut> made = new ArrayList<>();
            for (int i = 0; i < outputs; i++) {
                made.add(new TxOut(value / outputs, anyScript()));
            }
            Transaction unsigned = Transaction.of(2, inputs, made, 0);
            tasks.add(() -> signer.sign(unsigned, prevouts, Sighash.DEFAULT));
        }
        return workers.submit(tasks).await();
    }

    private Bytes anyScript() {
        return scripts.get(randomness.below(scripts.size()));
    }

    private void mine(List<Transaction> transactions) {
        BlockBuilder builder = new BlockBuilder(tip, params)
                .payTo(anyScript())
                .time(tip.time() + START_SPACING_SECONDS)
                .extraNonce(new ByteWriter(8).i64(randomness.nextLong()).toBytes());
        transactions.forEach(transaction -> builder.add(transaction, 0));
        Block block = Objects.requireNonNull(
                BlockBuilder.solve(builder.build(), params, Integer.MAX_VALUE), "regtest blocks are easy to solve");
        tip = new Header(block.header(), block.hash(), tip.height + 1, tip);
        if (transactions.isEmpty()) {
            pool.add(coin(block.transactions().getFirst(), 0));
        }
        for (Transaction transaction : transactions) {
            for (int i = 0; i < transaction.outputs().size(); i++) {
                pool.add(coin(transaction, i));
            }
        }
        sink.block(block, tip.height);
    }

    private static Coin coin(Transaction transaction, int index) {
        return new Coin(transaction.outPoint(index), transaction.outputs().get(index));
    }
}
