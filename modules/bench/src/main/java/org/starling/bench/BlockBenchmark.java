package org.starling.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.MerkleTree;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.SighashCache;

/** Deserialization of a block of 4,000 transactions of the usual kinds, alone and with all txids and the merkle root. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class BlockBenchmark {
    private static final int TRANSACTIONS = 4_000;

    private Bytes serialized = Bytes.EMPTY;

    /** Adds a column in megabytes a second. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Volume {
        /** Megabytes gone through. */
        public double megabytes;
    }

    @Setup
    public void generate() {
        List<Transaction> transactions = new ArrayList<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            SighashCache spend = switch (i % 3) {
                case 0 -> Spends.p2pkh(i);
                case 1 -> Spends.p2wpkh(i);
                default -> Spends.p2tr(i);
            };
            transactions.add(spend.transaction());
        }
        BlockHeader header = new BlockHeader(1, Hash256.ZERO, Hash256.ZERO, 0, 0, 0);
        serialized = Block.of(header, transactions).serialized();
    }

    @Benchmark
    public Block parse(Volume volume) throws MalformedException {
        volume.megabytes += serialized.length() / 1e6;
        return Block.parse(serialized);
    }

    @Benchmark
    public MerkleTree.Root parseAndHash(Volume volume) throws MalformedException {
        volume.megabytes += serialized.length() / 1e6;
        return MerkleTree.ofTransactions(Block.parse(serialized).transactions());
    }
}
