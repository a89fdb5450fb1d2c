package org.starling.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;

/**
 * Verifications a second on one core: of inputs of the usual kinds from end to end, signature hash and script included,
 * and of bare signatures, which is what the C library alone takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class VerificationBenchmark {
    private static final int SPENDS = 256;

    private final SighashCache[] p2pkh = new SighashCache[SPENDS];
    private final SighashCache[] p2wpkh = new SighashCache[SPENDS];
    private final SighashCache[] p2tr = new SighashCache[SPENDS];
    private final Hash256 hash = Sha256.once(Bytes.EMPTY);
    private final Bytes key = SecretKeys.publicKey(Spends.secret(0));
    private final Bytes xOnlyKey = SecretKeys.xOnlyPublicKey(Spends.secret(0)).key();
    private final Bytes ecdsa = Ecdsa.sign(Spends.secret(0), hash);
    private final Bytes schnorr = Schnorr.sign(Spends.secret(0), hash, hash.toBytes());
    private int next;

    @Setup
    public void sign() {
        for (int i = 0; i < SPENDS; i++) {
            p2pkh[i] = Spends.p2pkh(i);
            p2wpkh[i] = Spends.p2wpkh(i);
            p2tr[i] = Spends.p2tr(i);
        }
    }

    @Benchmark
    public ScriptError inputP2pkh() {
        return verify(p2pkh);
    }

    @Benchmark
    public ScriptError inputP2wpkh() {
        return verify(p2wpkh);
    }

    @Benchmark
    public ScriptError inputP2trKeyPath() {
        return verify(p2tr);
    }

    @Benchmark
    public boolean signatureEcdsa() {
        return Ecdsa.verify(key, ecdsa, hash);
    }

    @Benchmark
    public boolean signatureSchnorr() {
        return Schnorr.verify(xOnlyKey, schnorr, hash);
    }

    private ScriptError verify(SighashCache[] spends) {
        SighashCache known = spends[next++ & SPENDS - 1];
        // As in a block: what the inputs of a transaction share is not there yet.
        SighashCache spend = new SighashCache(known.transaction(), known.prevouts());
        ScriptError result = ScriptVerifier.verify(spend, 0, ScriptFlags.CONSENSUS);
        if (result != ScriptError.OK) {
            throw new AssertionError(result);
        }
        return result;
    }
}
