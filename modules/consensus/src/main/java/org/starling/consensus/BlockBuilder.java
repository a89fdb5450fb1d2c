package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/**
 * Makes a block on top of a header: a coinbase that states the height (BIP-0034) and claims subsidy and fees, the witness
 * commitment (BIP-0141) where segwit is active, merkle root, time, difficulty. What remains is to {@link #solve} it.
 */
public final class BlockBuilder {
    private static final int VERSION = 0x20000000;

    private final HeaderView previous;
    private final ChainParams params;
    private final List<Transaction> transactions = new ArrayList<>();
    private final List<TxOut> moreOutputs = new ArrayList<>();
    private Bytes payTo = Bytes.copyOf((byte) 0x51);
    private Bytes extraNonce = Bytes.copyOf((byte) 0);
    private int version = VERSION;
    private long time;
    private long fees;

    /** A block with a coinbase to anyone (OP_TRUE), at the earliest time allowed. */
    public BlockBuilder(HeaderView previous, ChainParams params) {
        this.previous = previous;
        this.params = params;
        this.time = HeaderRules.minimumTime(previous, params);
    }

    /** The script that the coinbase pays to. */
    public BlockBuilder payTo(Bytes scriptPubKey) {
        payTo = scriptPubKey;
        return this;
    }

    /** Pushed into the coinbase's script after the height: what tells apart blocks that are otherwise the same. */
    public BlockBuilder extraNonce(Bytes push) {
        extraNonce = push;
        return this;
    }

    public BlockBuilder version(int blockVersion) {
        version = blockVersion;
        return this;
    }

    /** Seconds since 1970; the earliest time allowed if that is later. */
    public BlockBuilder time(long seconds) {
        time = Math.max(seconds, HeaderRules.minimumTime(previous, params));
        return this;
    }

    /** Adds a transaction whose fee the coinbase claims. */
    public BlockBuilder add(Transaction transaction, long fee) {
        transactions.add(transaction);
        fees += fee;
        return this;
    }

    /** Adds an output to the coinbase, of no value or less taken from the first. */
    public BlockBuilder addOutput(TxOut output) {
        moreOutputs.add(output);
        fees -= output.value();
        return this;
    }

    /** The block without its proof of work. */
    public Block build() {
        int height = previous.height() + 1;
        boolean segwit = height >= params.heights().segwit();
        List<TxOut> outputs = new ArrayList<>();
        outputs.add(new TxOut(BlockRules.subsidy(height, params) + fees, payTo));
        outputs.addAll(moreOutputs);
        List<Transaction> all = new ArrayList<>(transactions.size() + 1);
        Bytes reserved = Hash256.ZERO.toBytes();
        TxIn input = coinbaseInput(height);
        if (segwit) {
            input = input.withWitness(List.of(reserved));
            all.add(Transaction.of(2, List.of(input), outputs, 0));
            all.addAll(transactions);
            Hash256 commitment = BlockRules.witnessCommitment(all, reserved);
            outputs.add(new TxOut(0, BlockRules.witnessCommitmentScript(commitment)));
            all.clear();
        }
        all.add(Transaction.of(2, List.of(input), outputs, 0));
        all.addAll(transactions);
        Hash256 root = MerkleTree.ofTransactions(all).hash();
        int bits = Difficulty.nextBits(previous, time, params.pow());
        return Block.of(new BlockHeader(version, previous.hash(), root, time, bits, 0), all);
    }

    private TxIn coinbaseInput(int height) {
        Bytes script = new ByteWriter()
                .bytes(BlockRules.heightPush(height))
                .varBytes(extraNonce)
                .toBytes();
        return new TxIn(OutPoint.NULL, script, TxIn.SEQUENCE_FINAL);
    }

    /** The block with a nonce that gives it enough work; null if none of {@code tries} nonces does. */
    public static @Nullable Block solve(Block block, ChainParams params, int tries) {
        BlockHeader header = block.header();
        for (int nonce = 0; nonce < tries; nonce++) {
            BlockHeader candidate = header.withNonce(nonce);
            if (Difficulty.checkProofOfWork(candidate.hash(), header.bits(), params.pow())) {
                return Block.of(candidate, block.transactions());
            }
        }
        return null;
    }
}
