package org.starling.mempool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.chain.CoinsView;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.SequenceLocks;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TransactionRules.InputVerdict;
import org.starling.consensus.TxIn;
import org.starling.consensus.script.SigOps;
import org.starling.mempool.MempoolOptions.Limits;

/** Judges one transaction, without changing anything: all checks but those of scripts, the cheap ones first. */
final class Acceptor {
    /** Outputs that are looked up to tell whether a transaction is confirmed already. */
    private static final int KNOWN_OUTPUTS_LOOKED_UP = 16;

    /** A small second child may exceed the limit of descendants, so that both parties of a channel can add fees. */
    private static final int CARVE_OUT_VIRTUAL_SIZE = 10_000;

    private final EntryGraph graph;
    private final MempoolOptions options;
    private final CoinsView coins;
    private final HeaderView tip;
    private final Transaction transaction;
    private final Circumstances circumstances;

    private final Set<Entry> conflicts = new LinkedHashSet<>();
    private final List<Coin> spent = new ArrayList<>();
    private final Set<Hash256> missingParents = new LinkedHashSet<>();
    private Set<Entry> removed = Set.of();
    private @Nullable Entry entry;

    /** With what a transaction was offered. */
    enum Company {
        /** With nothing. */
        NONE,
        /** With a package, but judged by what it pays itself. */
        PACKAGE,
        /** With a package of which others may pay for it, so that its feerate alone does not count. */
        FEES_SHARED
    }

    /**
     * What the judgement depends on besides the mempool and the chain.
     *
     * @param bypassLimits whether fees and limits do not count, as for transactions that were in a block
     * @param feeDelta what an operator adds to the fee
     * @param minimum what the mempool asks for now
     * @param earlier if the transaction is part of a package, those before it in the package, whose outputs it may
     *     spend; null if it comes alone
     * @param company with what it was offered
     */
    record Circumstances(
            long nowSeconds,
            boolean bypassLimits,
            long feeDelta,
            long sequence,
            Feerate minimum,
            @Nullable Map<Hash256, Transaction> earlier,
            Company company) {
        boolean isAlone() {
            return earlier == null;
        }

        /** A package replaces something only if it is judged by what all pay together. */
        boolean mayReplace() {
            return isAlone() || company == Company.FEES_SHARED;
        }

        boolean isByItself() {
            return company == Company.NONE && !bypassLimits;
        }
    }

    Acceptor(
            EntryGraph graph,
            MempoolOptions options,
            CoinsView coins,
            HeaderView tip,
            Transaction transaction,
            Circumstances circumstances) {
        this.graph = graph;
        this.options = options;
        this.coins = coins;
        this.tip = tip;
        this.transaction = transaction;
        this.circumstances = circumstances;
    }

    /** Null if the transaction can be accepted. */
    @Nullable
    Rejection check() {
        Rejection rejection = checkAlone();
        if (rejection == null) {
            rejection = findConflicts();
        }
        if (rejection == null) {
            rejection = findCoins();
        }
        if (rejection == null) {
            rejection = checkInputs();
        }
        Entry made = entry;
        if (rejection == null && made != null) {
            rejection = checkFees(made);
            if (rejection == null) {
                rejection = checkRelations(made);
            }
        }
        return rejection;
    }

    /** The entry to be added, if nothing was wrong. */
    Entry entry() {
        Entry made = entry;
        if (made == null) {
            throw new IllegalStateException("not accepted");
        }
        return made;
    }

    /** What has to leave for it. */
    Set<Entry> removed() {
        return removed;
    }

    /** Has those leave for it: for a package, which is judged as a whole. */
    void replace(Set<Entry> entries) {
        removed = entries;
    }

    /** What each input spends, in their order. */
    List<Coin> spent() {
        return spent;
    }

    /** Transactions whose outputs were not found. */
    List<Hash256> missingParents() {
        return List.copyOf(missingParents);
    }

    /** What it cannot stand beside, without what depends on that. */
    Set<Entry> conflicts() {
        return conflicts;
    }

    /** What of the mempool it spends from. */
    Set<Entry> parents() {
        return graph.parentsOf(transaction.inputs());
    }

    /** What of the mempool it depends on. */
    Set<Entry> ancestors() {
        return EntryGraph.withAncestors(parents());
    }

    private @Nullable Rejection checkAlone() {
        Rejection rejection = TransactionRules.check(transaction);
        if (rejection != null) {
            return rejection;
        }
        if (transaction.isCoinbase()) {
            return Rejection.consensus("coinbase");
        }
        if (options.requireStandard()) {
            String reason = Policy.nonstandardReason(transaction, options);
            if (reason != null) {
                return Rejection.of(Kind.NOT_STANDARD, reason);
            }
        }
        if (transaction.strippedLength() < Policy.MIN_STANDARD_STRIPPED_BYTES) {
            return Rejection.of(Kind.NOT_STANDARD, "tx-size-small");
        }
        // Most have no lock time; the median is looked for only for the others.
        if (transaction.lockTime() != 0
                && !TransactionRules.isFinal(transaction, tip.height() + 1, tip.medianTimePast())) {
            return Rejection.of(Kind.PREMATURE_SPEND, "non-final");
        }
        return null;
    }

    private @Nullable Rejection findConflicts() {
        if (graph.byWtxid(transaction.wtxid()) != null) {
            return Rejection.of(Kind.CONFLICT, "txn-already-in-mempool");
        }
        if (graph.byTxid(transaction.txid()) != null) {
            return Rejection.of(Kind.CONFLICT, "txn-same-nonwitness-data-in-mempool");
        }
        for (TxIn input : transaction.inputs()) {
            Entry conflict = graph.spender(input.previous());
            if (conflict == null) {
                continue;
            }
            if (!circumstances.mayReplace()) {
                return Rejection.of(Kind.MEMPOOL_POLICY, "bip125-replacement-disallowed");
            }
            boolean replaceable = options.fullReplacement()
                    || conflict.transaction.version() == Truc.VERSION
                    || Policy.signalsReplaceability(conflict.transaction);
            if (!replaceable) {
                return Rejection.of(Kind.MEMPOOL_POLICY, "txn-mempool-conflict");
            }
            conflicts.add(conflict);
        }
        return null;
    }

    private @Nullable Rejection findCoins() {
        for (TxIn input : transaction.inputs()) {
            Coin coin = coin(input.previous());
            if (coin != null) {
                spent.add(coin);
            } else {
                missingParents.add(input.previous().txid());
            }
            if (missingParents.size() >= options.limits().ancestors()) {
                break; // even if all of them came, there would be too many
            }
        }
        if (missingParents.isEmpty()) {
            return null;
        }
        int looked = Math.min(transaction.outputs().size(), KNOWN_OUTPUTS_LOOKED_UP);
        for (int i = 0; i < looked; i++) {
            if (coins.has(transaction.outPoint(i))) {
                return Rejection.of(Kind.CONFLICT, "txn-already-known");
            }
        }
        return Rejection.of(Kind.MISSING_INPUTS, "bad-txns-inputs-missingorspent");
    }

    private @Nullable Coin coin(OutPoint outPoint) {
        Transaction parent = unconfirmed(outPoint.txid());
        if (parent == null) {
            return coins.coin(outPoint);
        }
        int index = outPoint.index();
        return index >= 0 && index < parent.outputs().size()
                ? new Coin(parent.outputs().get(index), tip.height() + 1, false)
                : null;
    }

    private @Nullable Transaction unconfirmed(Hash256 txid) {
        Map<Hash256, Transaction> earlier = circumstances.earlier();
        Transaction inPackage = earlier == null ? null : earlier.get(txid);
        Entry entry = graph.byTxid(txid);
        return inPackage != null || entry == null ? inPackage : entry.transaction;
    }

    private @Nullable Rejection checkInputs() {
        if (!SequenceLocks.of(transaction, spent, tip).areSatisfiedAfter(tip)) {
            return Rejection.of(Kind.PREMATURE_SPEND, "non-BIP68-final");
        }
        long fee;
        switch (TransactionRules.checkInputs(transaction, spent, tip.height() + 1)) {
            case InputVerdict.Refused(Rejection rejection) -> {
                return rejection;
            }
            case InputVerdict.Fee(long satoshis) -> fee = satoshis;
        }
        if (options.requireStandard()) {
            if (!Policy.areInputsStandard(transaction, spent)) {
                return Rejection.of(Kind.INPUTS_NOT_STANDARD, "bad-txns-nonstandard-inputs");
            }
            if (transaction.hasWitness() && !Policy.isWitnessStandard(transaction, spent)) {
                return Rejection.of(Kind.WITNESS_MUTATED, "bad-witness-nonstandard");
            }
        }
        long sigOpsCost = SigOps.cost(transaction, spent, true, true);
        int virtualSize = Policy.virtualSize(transaction.weight(), sigOpsCost, options.bytesPerSigop());
        entry = new Entry(
                transaction,
                fee,
                circumstances.feeDelta(),
                circumstances.nowSeconds(),
                tip.height(),
                circumstances.sequence(),
                sigOpsCost,
                virtualSize,
                spent.stream().anyMatch(Coin::coinbase));
        Rejection dust = EphemeralDust.checkFee(entry, options);
        if (dust != null) {
            return dust;
        }
        return sigOpsCost > Policy.MAX_STANDARD_SIGOPS_COST
                ? Rejection.of(Kind.NOT_STANDARD, "bad-txns-too-many-sigops", String.valueOf(sigOpsCost))
                : null;
    }

    private @Nullable Rejection checkFees(Entry made) {
        if (circumstances.bypassLimits()) {
            return null;
        }
        long fee = made.modifiedFee();
        long relay = options.minRelayFeerate().fee(made.virtualSize);
        if (transaction.version() != Truc.VERSION && fee < relay) {
            return Rejection.of(Kind.MEMPOOL_POLICY, "min relay fee not met", fee + " < " + relay);
        }
        return circumstances.company() == Company.FEES_SHARED
                ? null
                : checkFeerate(fee, made.virtualSize, circumstances.minimum(), options);
    }

    /** Whether the transaction neither comes from a block, nor was offered with others, nor spends what waits. */
    boolean isByItself() {
        return circumstances.isByItself() && parents().isEmpty();
    }

    /** Why what pays so much for its size cannot get in; null if it can. */
    static @Nullable Rejection checkFeerate(long fee, long virtualSize, Feerate mempool, MempoolOptions options) {
        long minimum = mempool.fee(virtualSize);
        if (fee < minimum) {
            return Rejection.of(Kind.RECONSIDERABLE, "mempool min fee not met", fee + " < " + minimum);
        }
        long relay = options.minRelayFeerate().fee(virtualSize);
        return fee < relay ? Rejection.of(Kind.RECONSIDERABLE, "min relay fee not met", fee + " < " + relay) : null;
    }

    /** Why it is refused for dust that it leaves; null if it is not. */
    @Nullable
    Rejection checkDustSpends() {
        return EphemeralDust.checkSpends(transaction, this::unconfirmed, options);
    }

    // Chains of unconfirmed transactions, version 3, and what would be replaced.
    private @Nullable Rejection checkRelations(Entry made) {
        Set<Entry> parents = parents();
        Set<Entry> ancestors = ancestors();
        boolean withSibling = false;
        if (!circumstances.bypassLimits()) {
            String excess = excess(made, parents);
            if (excess != null) {
                return Rejection.of(Kind.MEMPOOL_POLICY, "too-long-mempool-chain", excess);
            }
            Truc.Violation violation = Truc.check(transaction, ancestors, conflicts, made.virtualSize);
            if (violation != null) {
                if (violation.sibling() == null || !circumstances.isAlone()) {
                    return Rejection.of(Kind.MEMPOOL_POLICY, "TRUC-violation", violation.message());
                }
                conflicts.add(violation.sibling());
                withSibling = true;
            }
        }
        for (Entry ancestor : ancestors) {
            if (conflicts.contains(ancestor)) {
                return Rejection.consensus(
                        "bad-txns-spends-conflicting-tx",
                        transaction.txid() + " spends conflicting transaction " + ancestor.txid());
            }
        }
        if (!circumstances.isAlone()) {
            return null; // what a package replaces, and what dust it leaves, is judged for all of it
        }
        Rejection dust = checkDustSpends();
        if (dust != null || conflicts.isEmpty()) {
            return dust;
        }
        Replacement.Plan plan = Replacement.plan(
                transaction,
                made.modifiedFee(),
                made.virtualSize,
                conflicts,
                withSibling,
                graph,
                options.incrementalFeerate());
        removed = plan.removed();
        return plan.rejection();
    }

    private @Nullable String excess(Entry made, Set<Entry> parents) {
        Limits limits = options.limits();
        // What stretches a limit is for a transaction that was offered by itself.
        boolean stretched = circumstances.company() == Company.NONE;
        if (stretched && conflicts.size() == 1) {
            Entry conflict = conflicts.iterator().next();
            limits = new Limits(
                    limits.ancestors(),
                    limits.ancestorBytes(),
                    limits.descendants() + 1,
                    limits.descendantBytes() + conflict.descendantSize);
        }
        String excess = ChainLimits.excess(made.virtualSize, 1, parents, limits);
        if (excess == null) {
            return null;
        }
        boolean carveOut =
                stretched && made.virtualSize <= CARVE_OUT_VIRTUAL_SIZE && transaction.version() != Truc.VERSION;
        Limits wider = new Limits(
                2, limits.ancestorBytes(), limits.descendants() + 1, limits.descendantBytes() + CARVE_OUT_VIRTUAL_SIZE);
        return carveOut && ChainLimits.excess(made.virtualSize, 1, parents, wider) == null ? null : excess;
    }
}
