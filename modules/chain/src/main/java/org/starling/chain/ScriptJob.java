package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.consensus.Coin;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;

/**
 * The scripts of a transaction, to be checked.
 *
 * @param index of the transaction in its block
 * @param coins what its inputs spend, in their order
 */
record ScriptJob(int index, Transaction transaction, List<Coin> coins) {
    private static final Logger LOG = LoggerFactory.getLogger(ScriptJob.class);

    /** Inputs in a piece of work: enough to hide the hand-over, few enough to spread a block evenly. */
    private static final int INPUTS_PER_TASK = 24;

    /** A transaction with more inputs is split among tasks. */
    private static final int INPUTS_TO_SPLIT = 2 * INPUTS_PER_TASK;

    /** Some of the inputs of a transaction. */
    private record Part(ScriptJob job, Shared shared, int from, int to) {
        @Nullable
        Rejection verify(int flags) {
            SighashCache cache = shared.cache(job);
            for (int input = from; input < to; input++) {
                ScriptError error = ScriptVerifier.verify(cache, input, flags);
                if (error != ScriptError.OK) {
                    return job.failure(input, error);
                }
            }
            return null;
        }
    }

    /** Holds what the tasks that share a transaction have in common; made by the first of them. */
    private static final class Shared {
        private @Nullable SighashCache cache;

        synchronized SighashCache cache(ScriptJob job) {
            SighashCache made = cache;
            if (made == null) {
                made = new SighashCache(job.transaction, job.prevouts());
                cache = made;
            }
            return made;
        }
    }

    private List<TxOut> prevouts() {
        List<TxOut> outputs = new ArrayList<>(coins.size());
        for (Coin coin : coins) {
            outputs.add(coin.output());
        }
        return outputs;
    }

    private Rejection failure(int input, ScriptError error) {
        Rejection rejection = Rejection.consensus(
                "mandatory-script-verify-flag-failed (" + error.message() + ")",
                "input " + input + " of " + transaction.txid() + " (wtxid " + transaction.wtxid() + "), spending "
                        + transaction.inputs().get(input).previous());
        // Tools look for these words.
        LOG.warn("CheckInputScripts on {} failed with {}", transaction.txid(), rejection);
        return rejection;
    }

    /** Tasks of about equal size, in the order of the transactions, each giving its first failure or null. */
    static List<Callable<@Nullable Rejection>> tasks(List<ScriptJob> jobs, int flags) {
        List<Callable<@Nullable Rejection>> tasks = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        int inputs = 0;
        for (ScriptJob job : jobs) {
            Shared shared = new Shared();
            int count = job.coins.size();
            int step = count > INPUTS_TO_SPLIT ? INPUTS_PER_TASK : count;
            for (int from = 0; from < count; from += step) {
                int to = Math.min(count, from + step);
                parts.add(new Part(job, shared, from, to));
                inputs += to - from;
                if (inputs >= INPUTS_PER_TASK) {
                    tasks.add(task(parts, flags));
                    parts = new ArrayList<>();
                    inputs = 0;
                }
            }
        }
        if (!parts.isEmpty()) {
            tasks.add(task(parts, flags));
        }
        return tasks;
    }

    private static Callable<@Nullable Rejection> task(List<Part> parts, int flags) {
        return () -> {
            for (Part part : parts) {
                Rejection rejection = part.verify(flags);
                if (rejection != null) {
                    return rejection;
                }
            }
            return null;
        };
    }
}
