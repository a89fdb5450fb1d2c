package org.starling.node.wallet;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Feerate;
import org.starling.node.Node;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.FeeBump;
import org.starling.wallet.spend.MempoolFacts;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Spender;
import org.starling.world.Randomness;

/**
 * Makes and sends payments. A payment is recorded in its wallet's file before the mempool or a peer hears of it, so that
 * after a crash the wallet never spends the same coins in another without knowing of the first.
 */
public final class Payments {
    private static final Logger LOG = LoggerFactory.getLogger("wallet");

    /** A tip older than this says little of where the chain is. */
    private static final long RECENT_SECONDS = 8 * 60 * 60;

    private final Node node;
    private final Wallets wallets;
    private final MempoolFacts facts;
    private final Randomness random;

    Payments(Node node, Wallets wallets, Randomness random) {
        this.node = node;
        this.wallets = wallets;
        this.facts = new NodeMempoolFacts(node);
        this.random = random;
    }

    public MempoolFacts facts() {
        return facts;
    }

    /** The payment as a transaction, recorded nowhere yet. */
    public Draft draft(Wallet wallet, Payment payment, boolean sign) {
        return new Spender(wallet, facts, random).draft(payment, recentHeight(), sign);
    }

    /** What the payment would pay for its size. */
    public Feerate rate(Wallet wallet, Payment payment) {
        return Spender.rate(payment, wallet.options(), facts);
    }

    private int recentHeight() {
        BlockEntry tip = node.headers().tip();
        boolean recent =
                !node.isInitialBlockDownload() && tip.time() >= node.clock().seconds() - RECENT_SECONDS;
        return recent ? tip.height() : -1;
    }

    /** As {@link FeeBump#draft}. */
    public FeeBump.Replacement bump(Wallet wallet, Hash256 txid, FeeBump.Wish wish, boolean sign) {
        WalletTx tx = wallet.get(txid);
        Map<OutPoint, TxOut> coins = tx == null ? Map.of() : coins(tx.transaction());
        return new FeeBump(wallet, facts, wallets.payFee(wallet), random)
                .draft(txid, wish, coins, recentHeight(), sign);
    }

    /** What its inputs spend, as far as chain and mempool know it. */
    private Map<OutPoint, TxOut> coins(Transaction transaction) {
        return node.validation(() -> {
            Map<OutPoint, TxOut> coins = new HashMap<>();
            for (TxIn input : transaction.inputs()) {
                Coin coin = node.mempool().coin(input.previous());
                if (coin != null) {
                    coins.put(input.previous(), coin.output());
                }
            }
            return coins;
        });
    }

    /** Whether the time has not come yet that a transaction names, so that it can be sent later on. */
    private static boolean isEarly(Rejection rejection) {
        return rejection.reason().equals("non-final") || rejection.reason().equals("non-BIP68-final");
    }

    /**
     * Records the transaction in the wallet's file, so that it can be sent. Throws without a trace if the mempool would not
     * take it, unless the wallets' options say that this is to be found out later.
     *
     * @param notes what is written beside it
     */
    public void record(Wallet wallet, Transaction transaction, Map<String, String> notes) {
        if (wallet.options().broadcast() && wallet.options().rejectLongChains()) {
            AcceptResult tested = node.validation(
                    () -> node.mempool().test(transaction, node.clock().seconds()));
            if (tested instanceof AcceptResult.Rejected(Rejection rejection)
                    && !isEarly(rejection)
                    && !isKnown(transaction)) {
                throw new WalletException(
                        Kind.GENERAL, "The transaction was rejected by this node's mempool: " + rejection);
            }
        }
        wallet.commit(transaction, notes, node.clock().seconds());
    }

    /** Sends a transaction that is recorded, if the node is to send payments, and waits until the wallet knows how it went. */
    public void broadcast(Wallet wallet, Transaction transaction) {
        if (wallet.options().broadcast()) {
            submit(transaction);
        }
        wallets.drain();
    }

    private boolean isKnown(Transaction transaction) {
        return node.mempool().contains(transaction.txid());
    }

    private void submit(Transaction transaction) {
        AcceptResult result = node.validation(() -> {
            AcceptResult outcome =
                    node.mempool().accept(transaction, node.clock().seconds());
            if (outcome instanceof AcceptResult.Accepted) {
                node.mempool().addUnbroadcast(transaction.txid());
            }
            return outcome;
        });
        if (result instanceof AcceptResult.Rejected(Rejection rejection)) {
            LOG.info("{} is not sent for now: {}", transaction.txid(), rejection);
        }
    }

    /** Offers the wallet's payments to the mempool that are neither there nor in a block. */
    void offerMissing(Wallet wallet) {
        if (wallet.options().broadcast()) {
            for (WalletTx tx : Wallets.waiting(wallet)) {
                if (!isKnown(tx.transaction())) {
                    submit(tx.transaction());
                }
            }
        }
    }

    /** Offers the wallet's payments that are in no block to the mempool again, and what is there to the peers. */
    void offerAgain(Wallet wallet) {
        if (!wallet.options().broadcast()) {
            return;
        }
        for (WalletTx tx : Wallets.waiting(wallet)) {
            if (isKnown(tx.transaction())) {
                node.core(() -> {
                    node.peers().relay(node.clock().millis(), tx.transaction());
                    return true;
                });
            } else {
                submit(tx.transaction());
            }
        }
    }
}
