package org.starling.mempool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.chain.CoinsView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/**
 * Takes in a transaction alone, or a child with all of its unconfirmed parents. Each is first tried by itself. Those that
 * failed only for their feerate, or for want of a parent that did, are then judged together, so that a child can pay for
 * its parents.
 */
final class PackageSubmission {
    private static final Rejection FAILED = Rejection.of(Kind.MEMPOOL_POLICY, "transaction failed");

    private final Mempool mempool;
    private final List<Transaction> transactions;
    private final @Nullable Feerate most;
    private final long nowSeconds;
    private final Map<Hash256, PackageOutcome.Member> members = new LinkedHashMap<>();
    private @Nullable Rejection rejection;

    /** @param most highest feerate that any of the transactions may have by itself; null for any */
    PackageSubmission(Mempool mempool, List<Transaction> transactions, @Nullable Feerate most, long nowSeconds) {
        this.mempool = mempool;
        this.transactions = transactions;
        this.most = most;
        this.nowSeconds = nowSeconds;
    }

    PackageOutcome run(CoinsView coins) {
        Rejection malformed = new PackageTest(transactions).malformed();
        if (malformed == null && transactions.size() > 1) {
            malformed = checkFamily(coins);
        }
        if (malformed != null) {
            return new PackageOutcome(malformed, Map.of());
        }
        List<Transaction> together = new ArrayList<>();
        boolean hopeless = false;
        for (Transaction transaction : transactions) {
            Kind kind = tryAlone(transaction);
            if (kind == Kind.RECONSIDERABLE || kind == Kind.MISSING_INPUTS) {
                together.add(transaction);
            }
            hopeless |= kind != null
                    && (transactions.size() == 1 || kind != Kind.RECONSIDERABLE && kind != Kind.MISSING_INPUTS);
        }
        if (hopeless) {
            rejection = FAILED;
        } else if (together.size() == 1) {
            // Its parents may have come in after it failed.
            rejection = tryAlone(together.getFirst()) == null ? null : FAILED;
        } else if (!together.isEmpty()) {
            tryTogether(together);
        }
        mempool.limitSize(nowSeconds);
        transactions.forEach(this::noticeEviction);
        return new PackageOutcome(rejection, members);
    }

    // All but the last must be parents of the last, and what else it spends must be confirmed.
    private @Nullable Rejection checkFamily(CoinsView coins) {
        Transaction child = transactions.getLast();
        Set<Hash256> spent =
                child.inputs().stream().map(input -> input.previous().txid()).collect(Collectors.toSet());
        Set<Hash256> parents = transactions.subList(0, transactions.size() - 1).stream()
                .map(Transaction::txid)
                .collect(Collectors.toSet());
        if (!spent.containsAll(parents)) {
            return Rejection.of(Kind.MEMPOOL_POLICY, "package-not-child-with-parents");
        }
        for (TxIn input : child.inputs()) {
            OutPoint previous = input.previous();
            if (!parents.contains(previous.txid()) && !coins.has(previous)) {
                return Rejection.of(Kind.MEMPOOL_POLICY, "package-not-child-with-unconfirmed-parents");
            }
        }
        return null;
    }

    /** Null if it is in the mempool now or was so, else why it is not. */
    private @Nullable Kind tryAlone(Transaction transaction) {
        Hash256 wtxid = transaction.wtxid();
        MempoolEntry known = mempool.entry(transaction.txid());
        if (known != null) {
            Hash256 other = known.transaction().wtxid();
            members.put(
                    wtxid,
                    other.equals(wtxid)
                            ? new PackageOutcome.Member.Known(known.fee(), known.virtualSize())
                            : new PackageOutcome.Member.OtherWitness(other));
            return null;
        }
        Acceptor acceptor = mempool.acceptor(transaction, nowSeconds, null, Acceptor.Company.PACKAGE);
        Rejection refused = judge(transaction, acceptor);
        if (refused != null) {
            members.put(wtxid, new PackageOutcome.Member.Refused(refused));
            return refused.kind();
        }
        take(acceptor, acceptor.entry().feerate(), List.of(wtxid));
        return null;
    }

    private @Nullable Rejection judge(Transaction transaction, Acceptor acceptor) {
        Rejection refused = acceptor.check();
        if (refused == null) {
            refused = checkMost(acceptor.entry());
        }
        return refused == null ? mempool.checkScripts(transaction, acceptor.spent()) : refused;
    }

    private @Nullable Rejection checkMost(Entry entry) {
        Feerate limit = most;
        return limit != null && entry.feerate().compareTo(limit) > 0
                ? Rejection.of(Kind.MEMPOOL_POLICY, "max feerate exceeded")
                : null;
    }

    private void take(Acceptor acceptor, Feerate feerate, List<Hash256> sharers) {
        List<Transaction> replaced = mempool.enter(acceptor);
        Entry entry = acceptor.entry();
        members.put(
                entry.transaction.wtxid(),
                new PackageOutcome.Member.Taken(entry.fee, entry.virtualSize, feerate, sharers, replaced));
    }

    private void tryTogether(List<Transaction> together) {
        List<Acceptor> acceptors = new ArrayList<>();
        if (!checkEach(together, acceptors)) {
            return;
        }
        FeeSize sum = FeeSize.ZERO;
        for (Acceptor acceptor : acceptors) {
            sum = sum.plus(FeeSize.of(acceptor.entry()));
        }
        PackageTest limits = new PackageTest(together);
        rejection = limits.checkVersion3(acceptors);
        if (rejection != null) {
            return;
        }
        Rejection unpaid = mempool.checkFeerate(sum.fee(), sum.size(), nowSeconds);
        if (unpaid != null) {
            fail(together.getLast(), unpaid);
            return;
        }
        rejection = limits.checkChains(mempool.options(), acceptors);
        if (rejection == null) {
            rejection = checkReplacement(acceptors);
        }
        if (rejection == null && checkDust(acceptors) && checkScripts(acceptors)) {
            List<Hash256> sharers = together.stream().map(Transaction::wtxid).toList();
            Feerate feerate = Feerate.of(sum.fee(), sum.size());
            acceptors.forEach(acceptor -> take(acceptor, feerate, sharers));
        }
    }

    private boolean checkEach(List<Transaction> together, List<Acceptor> acceptors) {
        Map<Hash256, Transaction> earlier = new HashMap<>();
        for (Transaction transaction : together) {
            Acceptor acceptor =
                    mempool.acceptor(transaction, nowSeconds, Map.copyOf(earlier), Acceptor.Company.FEES_SHARED);
            Rejection refused = acceptor.check();
            if (refused == null) {
                refused = checkMost(acceptor.entry());
            }
            if (refused != null) {
                fail(transaction, refused);
                return false;
            }
            acceptors.add(acceptor);
            earlier.put(transaction.txid(), transaction);
        }
        return true;
    }

    private @Nullable Rejection checkReplacement(List<Acceptor> acceptors) {
        if (acceptors.stream().allMatch(acceptor -> acceptor.conflicts().isEmpty())) {
            return null;
        }
        Replacement.Plan plan =
                PackageReplacement.plan(acceptors, mempool.options().incrementalFeerate());
        acceptors.getFirst().replace(plan.removed());
        return plan.rejection();
    }

    private boolean checkDust(List<Acceptor> acceptors) {
        for (Acceptor acceptor : acceptors) {
            Rejection refused = acceptor.checkDustSpends();
            if (refused != null) {
                fail(acceptor.entry().transaction, refused);
                rejection = Rejection.of(Kind.MEMPOOL_POLICY, "unspent-dust");
                return false;
            }
        }
        return true;
    }

    private boolean checkScripts(List<Acceptor> acceptors) {
        for (Acceptor acceptor : acceptors) {
            Transaction transaction = acceptor.entry().transaction;
            Rejection refused = mempool.checkScripts(transaction, acceptor.spent());
            if (refused != null) {
                fail(transaction, refused);
                return false;
            }
        }
        return true;
    }

    private void fail(Transaction transaction, Rejection refused) {
        rejection = FAILED;
        members.put(transaction.wtxid(), new PackageOutcome.Member.Refused(refused));
    }

    // What came in may have been dropped again because the mempool was full.
    private void noticeEviction(Transaction transaction) {
        boolean refused = members.get(transaction.wtxid()) instanceof PackageOutcome.Member.Refused;
        if (!refused && !mempool.contains(transaction.txid())) {
            fail(transaction, Rejection.of(Kind.MEMPOOL_POLICY, "mempool full"));
        }
    }
}
