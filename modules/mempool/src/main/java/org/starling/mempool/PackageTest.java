package org.starling.mempool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/** Judges several transactions that may spend each other, without taking them in. */
final class PackageTest {
    /** Most transactions in a package. */
    static final int MAX_COUNT = 25;

    /** Largest weight of a package of several transactions: that of the limit on chains. */
    static final int MAX_WEIGHT = 404_000;

    private final List<Transaction> transactions;

    PackageTest(List<Transaction> transactions) {
        this.transactions = transactions;
    }

    PackageVerdict run(
            MempoolOptions options,
            BiFunction<Transaction, Map<Hash256, Transaction>, Acceptor> acceptors,
            BiFunction<Transaction, Acceptor, @Nullable Rejection> scripts) {
        Rejection malformed = malformed();
        if (malformed != null) {
            return new PackageVerdict(malformed, Map.of());
        }
        Map<Hash256, Transaction> earlier = new HashMap<>();
        List<Acceptor> accepted = new ArrayList<>();
        for (Transaction transaction : transactions) {
            Acceptor acceptor = acceptors.apply(transaction, Map.copyOf(earlier));
            Rejection rejection = acceptor.check();
            if (rejection != null) {
                return failed(transaction, rejection, acceptor, Map.of());
            }
            accepted.add(acceptor);
            earlier.put(transaction.txid(), transaction);
        }
        Rejection limits = checkVersion3(accepted);
        if (limits == null) {
            limits = checkChains(options, accepted);
        }
        if (limits != null) {
            return new PackageVerdict(limits, Map.of());
        }
        for (Acceptor acceptor : accepted) {
            Rejection dust = acceptor.checkDustSpends();
            if (dust != null) {
                return failed(acceptor.entry().transaction, dust, acceptor, Map.of());
            }
        }
        Map<Hash256, AcceptResult> results = new HashMap<>();
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            Acceptor acceptor = accepted.get(i);
            Rejection rejection = scripts.apply(transaction, acceptor);
            if (rejection != null) {
                return failed(transaction, rejection, acceptor, results);
            }
            Entry entry = acceptor.entry();
            results.put(
                    transaction.wtxid(),
                    new AcceptResult.Accepted(entry.fee, entry.virtualSize, entry.feerate(), List.of()));
        }
        return new PackageVerdict(null, results);
    }

    private static PackageVerdict failed(
            Transaction transaction, Rejection rejection, Acceptor acceptor, Map<Hash256, AcceptResult> before) {
        Map<Hash256, AcceptResult> results = new HashMap<>(before);
        results.put(transaction.wtxid(), Mempool.refusal(rejection, acceptor));
        return new PackageVerdict(null, results);
    }

    /** What is wrong that can be told without looking at anything else; null for nothing. */
    @Nullable
    Rejection malformed() {
        if (transactions.size() > MAX_COUNT) {
            return policy("package-too-many-transactions", "");
        }
        long weight = transactions.stream().mapToLong(Transaction::weight).sum();
        if (transactions.size() > 1 && weight > MAX_WEIGHT) {
            return policy("package-too-large", "");
        }
        Set<Hash256> later = new HashSet<>();
        transactions.forEach(transaction -> later.add(transaction.txid()));
        if (later.size() != transactions.size()) {
            return policy("package-contains-duplicates", "");
        }
        Set<OutPoint> spent = new HashSet<>();
        boolean conflicts = false;
        for (Transaction transaction : transactions) {
            Set<OutPoint> own = new HashSet<>();
            for (TxIn input : transaction.inputs()) {
                if (later.contains(input.previous().txid())) {
                    return policy("package-not-sorted", "");
                }
                conflicts |= spent.contains(input.previous());
                own.add(input.previous());
            }
            conflicts |= own.isEmpty();
            spent.addAll(own);
            later.remove(transaction.txid());
        }
        return conflicts ? policy("conflict-in-package", "") : null;
    }

    /** What of the rules of version 3 the transactions break together; null for nothing. */
    @Nullable
    Rejection checkVersion3(List<Acceptor> accepted) {
        for (int i = 0; i < transactions.size(); i++) {
            Acceptor acceptor = accepted.get(i);
            String violation = Truc.checkInPackage(transactions, i, acceptor.ancestors(), acceptor.entry().virtualSize);
            if (violation != null) {
                return policy("TRUC-violation", violation);
            }
        }
        return null;
    }

    /** Which limit on chains they would exceed if the whole package hung on all its ancestors; null for none. */
    @Nullable
    Rejection checkChains(MempoolOptions options, List<Acceptor> accepted) {
        if (transactions.size() == 1) {
            return null;
        }
        Set<Entry> parents = new LinkedHashSet<>();
        long size = 0;
        for (Acceptor acceptor : accepted) {
            parents.addAll(acceptor.parents());
            size += acceptor.entry().virtualSize;
        }
        String excess = excess(size, transactions.size(), parents, options.limits());
        return excess == null ? null : policy("package-mempool-limits", excess);
    }

    private static @Nullable String excess(long size, int count, Set<Entry> parents, MempoolOptions.Limits limits) {
        if (count > limits.ancestors()) {
            return "package count " + count + " exceeds ancestor count limit [limit: " + limits.ancestors() + "]";
        }
        if (count > limits.descendants()) {
            return "package count " + count + " exceeds descendant count limit [limit: " + limits.descendants() + "]";
        }
        if (size > limits.ancestorBytes()) {
            return "package size " + size + " exceeds ancestor size limit [limit: " + limits.ancestorBytes() + "]";
        }
        if (size > limits.descendantBytes()) {
            return "package size " + size + " exceeds descendant size limit [limit: " + limits.descendantBytes() + "]";
        }
        String excess = ChainLimits.excess(size, count, parents, limits);
        // Too many parents are certain; other limits might not be exceeded by each chain of the package alone.
        return excess == null || excess.startsWith("too many unconfirmed parents") ? excess : "possibly " + excess;
    }

    private static Rejection policy(String reason, String message) {
        return Rejection.of(Kind.MEMPOOL_POLICY, reason, message);
    }
}
