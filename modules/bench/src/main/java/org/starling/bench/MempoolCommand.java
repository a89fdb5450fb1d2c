package org.starling.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.ScriptCache;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderView;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.VersionBits;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.BlockAssembler;
import org.starling.mempool.BlockTemplate;
import org.starling.mempool.Mempool;
import org.starling.mempool.MempoolOptions;
import org.starling.world.SeededRandomness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times a large mempool. */
@Command(
        name = "mempool",
        description =
                "Times a large mempool: taking in (all checks, but no signatures), templates, dropping what pays least;"
                        + " and compares a template with that of a plain miner by ancestor feerate.",
        mixinStandardHelpOptions = true)
final class MempoolCommand implements Callable<Integer> {
    private static final long NOW = 1_700_000_000;
    private static final int ROUNDS = 20;
    private static final HeaderView TIP = new Header(Hash256.ZERO, 0, NOW - 600);
    private static final ChainParams PARAMS = ChainParams.regtest();

    @Option(names = "--transactions", description = "how many wait (default: ${DEFAULT-VALUE})")
    private int count = 300_000;

    @Option(names = "--seed", description = "the same seed gives the same transactions (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    private record Header(Hash256 hash, int height, long time) implements HeaderView {
        @Override
        public int version() {
            return 0x20000000;
        }

        @Override
        public int bits() {
            return 0x207fffff;
        }

        @Override
        public @Nullable HeaderView previous() {
            return null;
        }
    }

    @Override
    public Integer call() {
        List<Transaction> payments = WaitingPayments.make(count, seed);
        fill(empty(Long.MAX_VALUE), payments); // warms up
        long before = heapBytes();
        Mempool mempool = empty(Long.MAX_VALUE);
        double filling = fill(mempool, payments);
        long bytes = heapBytes() - before;
        System.out.printf(
                "insertion: %.1f us each, %d of %d accepted%n",
                filling * 1e6 / payments.size(), mempool.size(), payments.size());
        System.out.printf(
                "memory:    %d bytes each beside the transaction, %d counted with it (-maxmempool)%n",
                bytes / mempool.size(), mempool.usage() / mempool.size());
        Mempool small = empty(mempool.usage() / 2);
        double evicting = fill(small, payments);
        System.out.printf(
                "eviction:  %.1f us each while half of them fit, %d left%n",
                evicting * 1e6 / payments.size(), small.size());
        templates(mempool);
        return 0;
    }

    private static void templates(Mempool mempool) {
        BlockAssembler assembler = new BlockAssembler(PARAMS, new VersionBits(PARAMS), BlockAssembler.Options.DEFAULT);
        BlockTemplate template = assembler.assemble(mempool, TIP, Bytes.EMPTY, NOW);
        double best = Double.MAX_VALUE;
        double bestOfMiner = Double.MAX_VALUE;
        long minersFees = 0;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            template = assembler.assemble(mempool, TIP, Bytes.EMPTY, NOW);
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
        }
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            minersFees = new AncestorMiner(mempool.entries())
                    .mine(BlockRules.MAX_WEIGHT - 2L * BlockAssembler.RESERVED_WEIGHT);
            bestOfMiner = Math.min(bestOfMiner, (System.nanoTime() - start) / 1e6);
        }
        System.out.printf(
                "template:  %.2f ms, %d transactions, %d weight, fees %d%n",
                best, template.block().transactions().size(), template.block().weight(), template.totalFees());
        System.out.printf(
                "by ancestor feerate: %.0f ms, fees %d: the template is worth %.5f of them in %.4f of the time%n",
                bestOfMiner, minersFees, (double) template.totalFees() / minersFees, best / bestOfMiner);
    }

    private static Mempool empty(long maxBytes) {
        Coin confirmed = new Coin(new TxOut(WaitingPayments.VALUE, WaitingPayments.ANYONE), 0, false);
        return new Mempool(
                PARAMS,
                MempoolOptions.DEFAULT.withMaxBytes(maxBytes),
                outPoint -> confirmed,
                () -> TIP,
                new ScriptCache(new SeededRandomness(1)));
    }

    private static double fill(Mempool mempool, List<Transaction> payments) {
        long start = System.nanoTime();
        for (Transaction payment : payments) {
            AcceptResult _ = mempool.accept(payment, NOW);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static long heapBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
