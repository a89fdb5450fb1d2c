package org.starling.api.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.Policy;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.TxState;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;

/** What happened in a wallet, as the page tells it: a line for each transaction, whatever outputs it has. */
final class WalletHistory {
    /** Most addresses that are named of one transaction. */
    private static final int MAX_ADDRESSES = 5;

    private final Wallet wallet;

    WalletHistory(Wallet wallet) {
        this.wallet = wallet;
    }

    /** The newest first, so many of them left out. */
    List<WalletState.Entry> entries(int from, int count) {
        synchronized (wallet) {
            return wallet.transactions().reversed().stream()
                    .skip(from)
                    .limit(count)
                    .map(this::entry)
                    .toList();
        }
    }

    private WalletState.Entry entry(WalletTx tx) {
        Transaction transaction = tx.transaction();
        long debit = wallet.debit(transaction);
        long credit = wallet.credit(transaction);
        boolean whole =
                debit > 0 && transaction.inputs().stream().allMatch(input -> wallet.output(input.previous()) != null);
        long spent = transaction.outputs().stream().mapToLong(TxOut::value).sum();
        long toOthers = transaction.outputs().stream()
                .filter(output -> !wallet.isMine(output.scriptPubKey()))
                .mapToLong(TxOut::value)
                .sum();
        long fee = whole ? debit - spent : 0;
        String kind = transaction.isCoinbase()
                ? "mined"
                : debit == 0 ? "received" : whole && toOthers == 0 ? "moved" : "sent";
        long amount = switch (kind) {
            case "sent" -> whole ? toOthers : debit - credit;
            default -> credit;
        };
        List<Bytes> places = places(transaction, kind.equals("sent"));
        return new WalletState.Entry(
                tx.txid().toString(),
                kind,
                amount,
                fee,
                label(tx, places),
                places.stream().limit(MAX_ADDRESSES).map(this::address).toList(),
                state(tx),
                wallet.depth(tx),
                wallet.blocksToMaturity(tx),
                tx.time(),
                whole && isBumpable(tx));
    }

    /** The scripts that tell what it was about: others' if the wallet paid, else its own that are no change. */
    private List<Bytes> places(Transaction transaction, boolean others) {
        List<Bytes> places = new ArrayList<>();
        for (TxOut output : transaction.outputs()) {
            Bytes script = output.scriptPubKey();
            boolean listed = others ? !wallet.isMine(script) : wallet.isMine(script) && !wallet.isChange(script);
            if (listed && !address(script).isEmpty()) {
                places.add(script);
            }
        }
        return places;
    }

    private String address(Bytes script) {
        return Address.ofScript(script)
                .map(address -> address.encode(wallet.chain().prefixes()))
                .orElse("");
    }

    private String label(WalletTx tx, List<Bytes> places) {
        for (Bytes script : places) {
            Label label = wallet.label(script);
            if (label != null && !label.text().isEmpty()) {
                return label.text();
            }
        }
        return tx.note(WalletTx.Note.COMMENT);
    }

    private String state(WalletTx tx) {
        boolean replaced = !tx.note(WalletTx.Note.REPLACED_BY).isEmpty();
        return switch (tx.state()) {
            case TxState.Confirmed _ -> wallet.blocksToMaturity(tx) > 0 ? "young" : "confirmed";
            case TxState.InMempool _ -> "waiting";
            case TxState.Conflicted _ -> replaced ? "replaced" : "displaced";
            case TxState.Inactive(boolean abandoned) -> abandoned ? "abandoned" : replaced ? "replaced" : "unsent";
        };
    }

    private boolean isBumpable(WalletTx tx) {
        boolean waits = switch (tx.state()) {
            case TxState.InMempool _ -> true;
            case TxState.Inactive(boolean abandoned) -> !abandoned;
            case TxState.Confirmed _, TxState.Conflicted _ -> false;
        };
        boolean spent = wallet.spenders(tx.transaction()).values().stream().anyMatch(spenders -> !spenders.isEmpty());
        return waits
                && !spent
                && tx.note(WalletTx.Note.REPLACED_BY).isEmpty()
                && Policy.signalsReplaceability(tx.transaction());
    }

    /** Addresses that were given to others, those last that are oldest, as far as that can be told. */
    List<WalletState.Given> addresses(int count) {
        synchronized (wallet) {
            Map<Bytes, Long> received = new TreeMap<>();
            for (WalletTx tx : wallet.transactions()) {
                if (wallet.depth(tx) > 0 || tx.state() instanceof TxState.InMempool) {
                    tx.transaction()
                            .outputs()
                            .forEach(output -> received.merge(output.scriptPubKey(), output.value(), Long::sum));
                }
            }
            List<Map.Entry<Bytes, Label>> given =
                    new ArrayList<>(wallet.labels().entrySet());
            given.removeIf(entry -> !entry.getValue().receiving() || !wallet.isMine(entry.getKey()));
            given.sort(Comparator.comparingInt(entry -> -index(entry.getKey())));
            return given.stream()
                    .limit(count)
                    .map(entry -> new WalletState.Given(
                            address(entry.getKey()),
                            entry.getValue().text(),
                            received.getOrDefault(entry.getKey(), 0L)))
                    .filter(entry -> !entry.address().isEmpty())
                    .toList();
        }
    }

    private int index(Bytes script) {
        Wallet.Position position = wallet.position(script);
        return position == null ? -1 : position.index();
    }
}
