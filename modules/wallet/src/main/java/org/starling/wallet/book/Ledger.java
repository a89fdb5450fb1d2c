package org.starling.wallet.book;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;

/**
 * The transactions of a wallet and what follows from them: which of its outputs are spent, and how deep each transaction
 * is. A transaction that a block's conflicts with takes its descendants along; so does one that is abandoned.
 */
final class Ledger {
    private final KeyValueStore store;
    private final Predicate<Bytes> isMine;
    private final Map<Hash256, WalletTx> byTxid = new HashMap<>();
    private final NavigableMap<Long, Hash256> byOrder = new TreeMap<>();

    /** The wallet's transactions that spend an output, whosever it is. */
    private final Map<OutPoint, Set<Hash256>> spenders = new HashMap<>();

    /** Outputs that pay the wallet. */
    private final Set<OutPoint> owned = new TreeSet<>();

    /** Transactions of the mempool that spend the same as one of the wallet's: forgotten with the mempool. */
    private final Map<Hash256, Set<Hash256>> mempoolConflicts = new HashMap<>();

    private int tipHeight = -1;

    Ledger(KeyValueStore store, Predicate<Bytes> isMine) {
        this.store = store;
        this.isMine = isMine;
    }

    void load() {
        store.scan(WalletRecords.key(WalletRecords.TRANSACTION), (key, value) -> {
            try {
                take(WalletTx.decode(value));
            } catch (MalformedException e) {
                throw WalletRecords.damaged("a transaction", e);
            }
            return true;
        });
    }

    private void take(WalletTx tx) {
        Hash256 txid = tx.txid();
        byTxid.put(txid, tx);
        byOrder.put(tx.order(), txid);
        if (!tx.transaction().isCoinbase()) {
            for (TxIn input : tx.transaction().inputs()) {
                spenders.computeIfAbsent(input.previous(), key -> new TreeSet<>())
                        .add(txid);
            }
        }
        own(tx.transaction());
    }

    private void own(Transaction transaction) {
        List<TxOut> outputs = transaction.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            if (isMine.test(outputs.get(i).scriptPubKey())) {
                owned.add(transaction.outPoint(i));
            }
        }
    }

    /** Looks again which outputs are the wallet's, as more scripts are. */
    void reviewOwned() {
        byTxid.values().forEach(tx -> own(tx.transaction()));
    }

    void save(Batch batch, WalletTx tx) {
        batch.put(WalletRecords.key(WalletRecords.TRANSACTION, tx.txid()), tx.encode());
        if (byTxid.containsKey(tx.txid())) {
            byTxid.put(tx.txid(), tx);
        } else {
            take(tx);
        }
    }

    /** Forgets a transaction; false if there is none of that id. */
    boolean remove(Batch batch, Hash256 txid) {
        WalletTx tx = byTxid.remove(txid);
        if (tx == null) {
            return false;
        }
        batch.delete(WalletRecords.key(WalletRecords.TRANSACTION, txid));
        byOrder.remove(tx.order());
        mempoolConflicts.remove(txid);
        for (TxIn input : tx.transaction().inputs()) {
            Set<Hash256> others = spenders.getOrDefault(input.previous(), new TreeSet<>());
            others.remove(txid);
            if (others.isEmpty()) {
                spenders.remove(input.previous());
            }
        }
        for (int i = 0; i < tx.transaction().outputs().size(); i++) {
            owned.remove(tx.transaction().outPoint(i));
        }
        return true;
    }

    // Looking

    @Nullable
    WalletTx get(Hash256 txid) {
        return byTxid.get(txid);
    }

    Collection<WalletTx> all() {
        return byTxid.values();
    }

    /** From the oldest to the newest. */
    List<WalletTx> inOrder() {
        List<WalletTx> transactions = new ArrayList<>(byOrder.size());
        for (Hash256 txid : byOrder.values()) {
            WalletTx tx = byTxid.get(txid);
            if (tx != null) {
                transactions.add(tx);
            }
        }
        return transactions;
    }

    long nextOrder() {
        return byOrder.isEmpty() ? 0 : byOrder.lastKey() + 1;
    }

    /** The time to show for a transaction that comes now: not before those that are there. */
    long timeNotBefore(long now, long tolerance) {
        for (Hash256 txid : byOrder.descendingMap().values()) {
            WalletTx tx = byTxid.get(txid);
            if (tx != null && tx.time() <= now + tolerance) {
                return tx.time();
            }
        }
        return 0;
    }

    Set<OutPoint> owned() {
        return owned;
    }

    void tipHeight(int height) {
        tipHeight = height;
    }

    int tipHeight() {
        return tipHeight;
    }

    /** Blocks from the transaction's to the tip, 1 in the tip; 0 outside; negative beneath a block that excludes it. */
    int depth(WalletTx tx) {
        return switch (tx.state()) {
            case TxState.Confirmed confirmed -> tipHeight - confirmed.height() + 1;
            case TxState.Conflicted conflicted -> -(tipHeight - conflicted.height() + 1);
            case TxState.InMempool _, TxState.Inactive _ -> 0;
        };
    }

    /** The wallet's output at that place; null if it is not known to be one. */
    @Nullable
    TxOut ownedOutput(OutPoint outPoint) {
        WalletTx tx = owned.contains(outPoint) ? byTxid.get(outPoint.txid()) : null;
        return tx == null ? null : tx.transaction().outputs().get(outPoint.index());
    }

    /** What the transaction takes from the wallet's outputs, in satoshis. */
    long debit(Transaction transaction) {
        long sum = 0;
        for (TxIn input : transaction.inputs()) {
            TxOut output = ownedOutput(input.previous());
            sum += output == null ? 0 : output.value();
        }
        return sum;
    }

    long credit(Transaction transaction) {
        long sum = 0;
        for (TxOut output : transaction.outputs()) {
            sum += isMine.test(output.scriptPubKey()) ? output.value() : 0;
        }
        return sum;
    }

    /** Whether it pays the wallet or spends from it. */
    boolean concerns(Transaction transaction) {
        return transaction.outputs().stream().anyMatch(output -> isMine.test(output.scriptPubKey()))
                || transaction.inputs().stream().anyMatch(input -> owned.contains(input.previous()));
    }

    Set<Hash256> spenders(OutPoint outPoint) {
        return spenders.getOrDefault(outPoint, Set.of());
    }

    /** Whether a transaction of the wallet that may still confirm, or has, spends it. */
    boolean isSpent(OutPoint outPoint) {
        for (Hash256 txid : spenders(outPoint)) {
            WalletTx tx = byTxid.get(txid);
            if (tx != null && !isDead(tx)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDead(WalletTx tx) {
        return tx.isAbandoned() || tx.state() instanceof TxState.Conflicted || isMempoolConflicted(tx.txid());
    }

    /** The wallet's other transactions that spend something that this one spends. */
    Set<Hash256> conflicts(Transaction transaction) {
        Set<Hash256> conflicts = new TreeSet<>();
        if (!transaction.isCoinbase()) {
            transaction.inputs().forEach(input -> conflicts.addAll(spenders(input.previous())));
            conflicts.remove(transaction.txid());
        }
        return conflicts;
    }

    /** Transactions of the mempool that spend the same as this one or an ancestor of it. */
    SortedMap<Hash256, Boolean> mempoolConflicts(Hash256 txid) {
        SortedMap<Hash256, Boolean> conflicts = new TreeMap<>();
        mempoolConflicts.getOrDefault(txid, Set.of()).forEach(other -> conflicts.put(other, true));
        return conflicts;
    }

    boolean isMempoolConflicted(Hash256 txid) {
        return mempoolConflicts.containsKey(txid);
    }

    // What becomes of transactions and all that spend from them

    /** The block has another transaction that spends what this one does: it, and what spends from it, cannot confirm. */
    void markConflicted(Batch batch, Hash256 txid, Hash256 block, int height) {
        forDescendants(txid, tx -> {
            boolean replaced = !(tx.state() instanceof TxState.Confirmed)
                    && (!(tx.state() instanceof TxState.Conflicted before) || before.height() > height);
            if (replaced) {
                save(batch, tx.with(new TxState.Conflicted(block, height)));
            }
            return replaced;
        });
    }

    /** The block at that height is gone: what conflicted with it may confirm again. */
    void unmarkConflicted(Batch batch, Hash256 txid, int height) {
        forDescendants(txid, tx -> {
            boolean freed = tx.state() instanceof TxState.Conflicted(Hash256 _, int at) && at >= height;
            if (freed) {
                save(batch, tx.with(new TxState.Inactive(false)));
            }
            return freed;
        });
    }

    /** Gives up a transaction and all that spends from it. */
    void abandon(Batch batch, Hash256 txid) {
        forDescendants(txid, tx -> {
            boolean given = tx.state() instanceof TxState.Inactive(boolean already) && !already;
            if (given) {
                save(batch, tx.with(new TxState.Inactive(true)));
            }
            return given;
        });
    }

    /** What was newly mined is gone for good: so is all that spends from it, wherever it stands. */
    void abandonReward(Batch batch, Hash256 txid) {
        forDescendants(txid, tx -> {
            if (!tx.isAbandoned()) {
                save(batch, tx.with(new TxState.Inactive(true)));
            }
            return true;
        });
    }

    void addMempoolConflict(Hash256 txid, Hash256 rival) {
        forDescendants(
                txid,
                tx -> !(tx.state() instanceof TxState.Conflicted)
                        && mempoolConflicts
                                .computeIfAbsent(tx.txid(), key -> new TreeSet<>())
                                .add(rival));
    }

    void removeMempoolConflict(Hash256 own, Hash256 rival) {
        forDescendants(own, tx -> {
            Set<Hash256> conflicts = mempoolConflicts.get(tx.txid());
            boolean changed = conflicts != null && conflicts.remove(rival);
            if (conflicts != null && conflicts.isEmpty()) {
                mempoolConflicts.remove(tx.txid());
            }
            return changed;
        });
    }

    private interface Change {
        boolean apply(WalletTx tx);
    }

    private void forDescendants(Hash256 txid, Change change) {
        Deque<Hash256> todo = new ArrayDeque<>(List.of(txid));
        Set<Hash256> seen = new HashSet<>();
        while (!todo.isEmpty()) {
            Hash256 at = todo.pop();
            WalletTx tx = byTxid.get(at);
            if (tx != null && seen.add(at) && change.apply(tx)) {
                for (int i = 0; i < tx.transaction().outputs().size(); i++) {
                    todo.addAll(spenders(tx.transaction().outPoint(i)));
                }
            }
        }
    }
}
