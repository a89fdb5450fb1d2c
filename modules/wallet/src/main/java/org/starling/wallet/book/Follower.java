package org.starling.wallet.book;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.RemovalReason;
import org.starling.world.KeyValueStore.Batch;

/** Takes into the ledger what happens in the chain and in the mempool. */
final class Follower {
    /** Seconds by which clocks may differ when transactions are put in order of time. */
    private static final long TIME_TOLERANCE = 300;

    private final Ledger ledger;
    private final KeyBook keys;
    private final AddressNotes notes;

    Follower(Ledger ledger, KeyBook keys, AddressNotes notes) {
        this.ledger = ledger;
        this.keys = keys;
        this.notes = notes;
    }

    /**
     * What one event does to a wallet.
     *
     * @param now in seconds since 1970
     * @param old whether the block is looked at again or late, so that its own time is that of its transactions
     * @param marksUsed whether coins of an address that is spent from are kept apart from then on
     */
    record Event(Batch batch, long now, boolean old, boolean marksUsed, Set<Hash256> changed) {
        Event(Batch batch, long now, boolean old, boolean marksUsed) {
            this(batch, now, old, marksUsed, new TreeSet<>());
        }
    }

    void connected(Event event, Block block, ChainPoint point) {
        List<Transaction> transactions = block.transactions();
        for (int i = 0; i < transactions.size(); i++) {
            take(event, transactions.get(i), new TxState.Confirmed(point.hash(), point.height(), i), point);
        }
    }

    void disconnected(Event event, Block block, int height) {
        List<Transaction> transactions = block.transactions();
        for (int i = transactions.size() - 1; i >= 0; i--) {
            Transaction transaction = transactions.get(i);
            if (i == 0 && ledger.get(transaction.txid()) != null) {
                // It can never be again, unless with this very block.
                ledger.abandonReward(event.batch(), transaction.txid());
                event.changed().add(transaction.txid());
            } else if (i > 0) {
                boolean _ = take(event, transaction, new TxState.Inactive(false), null);
            }
            for (TxIn input : transaction.inputs()) {
                for (Hash256 other : List.copyOf(ledger.spenders(input.previous()))) {
                    ledger.unmarkConflicted(event.batch(), other, height);
                }
            }
        }
    }

    void entered(Event event, Transaction transaction) {
        take(event, transaction, new TxState.InMempool(), null);
        Hash256 rival = transaction.txid();
        for (Hash256 own : ledger.conflicts(transaction)) {
            ledger.addMempoolConflict(own, rival);
        }
    }

    void left(Event event, Transaction transaction, RemovalReason reason) {
        WalletTx tx = ledger.get(transaction.txid());
        if (tx != null && tx.state() instanceof TxState.InMempool) {
            ledger.save(event.batch(), tx.with(new TxState.Inactive(false)));
            event.changed().add(tx.txid());
        }
        if (reason == RemovalReason.CONFLICT) {
            take(event, transaction, new TxState.Inactive(false), null);
        }
        Hash256 rival = transaction.txid();
        for (Hash256 own : ledger.conflicts(transaction)) {
            ledger.removeMempoolConflict(own, rival);
        }
    }

    /**
     * Takes in a transaction of the wallet's own that nobody has heard of yet.
     *
     * @throws WalletException if one of its inputs was spent meanwhile by a transaction other than those it replaces
     */
    void commit(Event event, Transaction transaction, Map<String, String> written) {
        String replaces = written.getOrDefault(WalletTx.Note.REPLACES, "");
        for (Hash256 other : ledger.conflicts(transaction)) {
            WalletTx tx = ledger.get(other);
            boolean live = tx != null
                    && !tx.isAbandoned()
                    && !(tx.state() instanceof TxState.Conflicted)
                    && !ledger.isMempoolConflicted(other);
            if (live && !other.toString().equals(replaces)) {
                throw new WalletException(
                        WalletException.Kind.GENERAL,
                        "A coin of this payment was spent by " + other + " in the meantime; try again");
            }
        }
        boolean _ = take(event, transaction, new TxState.Inactive(false), null);
        WalletTx tx = ledger.get(transaction.txid());
        if (tx == null) {
            throw new IllegalStateException("it does not concern the wallet");
        }
        for (Map.Entry<String, String> note : written.entrySet()) {
            tx = tx.with(note.getKey(), note.getValue());
        }
        ledger.save(event.batch(), tx);
        WalletTx replaced = replaces.isEmpty() ? null : ledger.get(Hash256.fromHex(replaces));
        if (replaced != null) {
            String by = transaction.txid().toString();
            ledger.save(event.batch(), replaced.with(WalletTx.Note.REPLACED_BY, by));
            event.changed().add(replaced.txid());
        }
    }

    /** Takes in a transaction if it concerns the wallet; tells whether it does. */
    boolean take(Event event, Transaction transaction, TxState state, @Nullable ChainPoint point) {
        if (state instanceof TxState.Confirmed(Hash256 block, int height, int _)) {
            for (Hash256 other : ledger.conflicts(transaction)) {
                ledger.markConflicted(event.batch(), other, block, height);
                event.changed().add(other);
            }
        }
        WalletTx known = ledger.get(transaction.txid());
        if (known == null && !ledger.concerns(transaction)) {
            return false;
        }
        markReceived(event, transaction);
        WalletTx tx = known == null ? create(event, transaction, state, point) : known;
        tx = state.equals(tx.state()) ? tx : tx.with(state);
        if (!tx.transaction().hasWitness() && transaction.hasWitness()) {
            tx = tx.with(transaction);
        }
        if (!tx.equals(known)) {
            ledger.save(event.batch(), tx);
            event.changed().add(tx.txid());
        } else if (state instanceof TxState.Confirmed) {
            event.changed().add(tx.txid()); // a rescan is to tell again what it finds
        }
        // What is spent needs no keeping out of payments.
        transaction.inputs().forEach(input -> notes.thaw(event.batch(), input.previous()));
        if (event.marksUsed()) {
            markSpentFrom(event, transaction);
        }
        return true;
    }

    private WalletTx create(Event event, Transaction transaction, TxState state, @Nullable ChainPoint point) {
        long time = event.now();
        if (point != null) {
            time = event.old()
                    ? point.maxTime()
                    : Math.max(ledger.timeNotBefore(event.now(), TIME_TOLERANCE), Math.min(point.time(), event.now()));
        }
        return new WalletTx(
                transaction.compact(), state, event.now(), time, ledger.nextOrder(), new java.util.TreeMap<>());
    }

    // An address that was paid is not given out again, nor those before it.
    private void markReceived(Event event, Transaction transaction) {
        for (TxOut output : transaction.outputs()) {
            KeyBook.Place place = keys.place(output.scriptPubKey());
            Keychain keychain = place == null ? null : keys.find(place.keychain());
            if (keychain == null) {
                continue;
            }
            for (Bytes script : keys.markUsed(event.batch(), output.scriptPubKey())) {
                if (!keychain.internal() && keychain.activeFor() != null && notes.label(script) == null) {
                    notes.put(event.batch(), script, new Label("", true));
                }
            }
        }
    }

    private void markSpentFrom(Event event, Transaction transaction) {
        for (TxIn input : transaction.inputs()) {
            OutPoint spent = input.previous();
            TxOut output = ledger.ownedOutput(spent);
            if (output != null) {
                notes.markUsed(event.batch(), output.scriptPubKey());
            }
        }
    }
}
