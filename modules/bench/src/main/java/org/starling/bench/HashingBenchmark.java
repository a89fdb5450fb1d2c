package org.starling.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Hash160;
import org.starling.crypto.MuHash3072;
import org.starling.crypto.Sha256;

/** Hashes a second on one core: txids and signature hashes of a transaction of one input and two outputs, MuHash. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HashingBenchmark {
    private final SighashCache legacy = Spends.p2pkh(1);
    private final SighashCache witness = Spends.p2wpkh(1);
    private final SighashCache taproot = Spends.p2tr(1);
    private final Bytes code = Script.p2pkh(Hash160.hash(Bytes.EMPTY));
    private final MuHash3072 muHash = new MuHash3072();

    @Benchmark
    public Hash256 txid() {
        return Sha256.twice(legacy.transaction().serialized());
    }

    @Benchmark
    public Hash256 sighashLegacy() {
        return fresh(legacy).legacy(0, code, Sighash.ALL);
    }

    @Benchmark
    public Hash256 sighashWitnessV0() {
        return fresh(witness).witnessV0(0, code, Sighash.ALL);
    }

    @Benchmark
    public @Nullable Hash256 sighashTaproot() {
        return fresh(taproot).taprootKeyPath(0, Sighash.DEFAULT, null);
    }

    @Benchmark
    public Bytes hash160() {
        return Hash160.hash(code);
    }

    @Benchmark
    public MuHash3072 muHashAdd() {
        return muHash.add(code);
    }

    private static SighashCache fresh(SighashCache known) {
        Transaction transaction = known.transaction();
        return new SighashCache(transaction, known.prevouts());
    }
}
