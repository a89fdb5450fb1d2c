package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.OutputScript;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.wallet.OutputType;

/** What a wallet can spend, and how sure it is. */
final class Holdings {
    /** Blocks behind its own after which a newly mined coin may be spent. */
    private static final int MATURITY = 100;

    private final Ledger ledger;
    private final KeyBook keys;
    private final AddressNotes notes;
    private final boolean trustsOwnChange;

    Holdings(Ledger ledger, KeyBook keys, AddressNotes notes, boolean trustsOwnChange) {
        this.ledger = ledger;
        this.keys = keys;
        this.notes = notes;
        this.trustsOwnChange = trustsOwnChange;
    }

    /** Blocks until a newly mined transaction's outputs can be spent; 0 for any other. */
    int blocksToMaturity(WalletTx tx) {
        return tx.transaction().isCoinbase() ? Math.max(0, MATURITY + 1 - ledger.depth(tx)) : 0;
    }

    /** Whether nobody but the wallet can keep the transaction from confirming. */
    boolean isTrusted(WalletTx tx) {
        return isTrusted(tx, new HashMap<>());
    }

    private boolean isTrusted(WalletTx tx, Map<Hash256, Boolean> known) {
        int depth = ledger.depth(tx);
        if (depth != 0) {
            return depth > 0;
        }
        Boolean before = known.get(tx.txid());
        if (before != null) {
            return before;
        }
        boolean trusted = trustsOwnChange
                && tx.state() instanceof TxState.InMempool
                && ledger.debit(tx.transaction()) > 0
                && tx.transaction().inputs().stream().allMatch(input -> isTrustedInput(input, known));
        known.put(tx.txid(), trusted);
        return trusted;
    }

    private boolean isTrustedInput(TxIn input, Map<Hash256, Boolean> known) {
        WalletTx parent = ledger.get(input.previous().txid());
        return parent != null && ledger.ownedOutput(input.previous()) != null && isTrusted(parent, known);
    }

    /** @param apart whether coins of addresses that were spent from are counted apart */
    Balance balance(int minDepth, boolean apart) {
        long trusted = 0;
        long pending = 0;
        long immature = 0;
        long used = 0;
        Map<Hash256, Boolean> known = new HashMap<>();
        for (OutPoint outPoint : ledger.owned()) {
            WalletTx tx = ledger.get(outPoint.txid());
            if (tx == null) {
                continue;
            }
            int depth = ledger.depth(tx);
            TxOut output = tx.transaction().outputs().get(outPoint.index());
            boolean young = blocksToMaturity(tx) > 0;
            if (young) {
                immature += depth > 0 ? output.value() : 0;
            } else if (!ledger.isSpent(outPoint)) {
                boolean safe = isTrusted(tx, known);
                boolean counts = safe ? depth >= minDepth : depth == 0 && tx.state() instanceof TxState.InMempool;
                if (counts && apart && notes.isUsed(output.scriptPubKey())) {
                    used += output.value();
                } else if (counts && safe) {
                    trusted += output.value();
                } else if (counts) {
                    pending += output.value();
                }
            }
        }
        return new Balance(trusted, pending, immature, used);
    }

    /**
     * All that is unspent, in blocks or the mempool, in the order of the outpoints.
     *
     * @param immature whether newly mined coins count that are too new to be spent
     */
    List<WalletCoin> coins(boolean immature) {
        List<WalletCoin> coins = new ArrayList<>();
        Map<Hash256, Boolean> known = new HashMap<>();
        for (OutPoint outPoint : ledger.owned()) {
            WalletCoin coin = coin(outPoint, known, immature);
            if (coin != null) {
                coins.add(coin);
            }
        }
        return coins;
    }

    private @Nullable WalletCoin coin(OutPoint outPoint, Map<Hash256, Boolean> known, boolean immature) {
        WalletTx tx = ledger.get(outPoint.txid());
        if (tx == null || ledger.isSpent(outPoint) || !immature && blocksToMaturity(tx) > 0) {
            return null;
        }
        int depth = ledger.depth(tx);
        if (depth < 0 || depth == 0 && !(tx.state() instanceof TxState.InMempool)) {
            return null;
        }
        TxOut output = tx.transaction().outputs().get(outPoint.index());
        // A replacement, or what was replaced, may still vanish in favour of the other.
        boolean settled = depth > 0
                || tx.note(WalletTx.Note.REPLACES).isEmpty()
                        && tx.note(WalletTx.Note.REPLACED_BY).isEmpty();
        return new WalletCoin(
                outPoint,
                output,
                depth,
                ledger.debit(tx.transaction()) > 0,
                settled && isTrusted(tx, known),
                notes.frozen().contains(outPoint),
                notes.isUsed(output.scriptPubKey()),
                typeOf(output.scriptPubKey()),
                inputWeight(output.scriptPubKey()),
                tx.transaction().isCoinbase(),
                tx.transaction().version() == 3,
                tx.time());
    }

    /** Weight units of an input that spends a coin of that script, at most; -1 if the wallet cannot tell. */
    int inputWeight(Bytes script) {
        KeyBook.Place place = keys.place(script);
        Keychain keychain = place == null ? null : keys.find(place.keychain());
        if (keychain == null) {
            return -1;
        }
        return keychain.descriptor().inputWeight(script);
    }

    /** The kind of address that the script is; legacy for those that are older than addresses. */
    static OutputType typeOf(Bytes script) {
        return switch (OutputScript.of(script).type()) {
            case SCRIPTHASH -> OutputType.P2SH_SEGWIT;
            case WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH -> OutputType.BECH32;
            case WITNESS_V1_TAPROOT, WITNESS_UNKNOWN, ANCHOR -> OutputType.BECH32M;
            case PUBKEY, PUBKEYHASH, MULTISIG, NULLDATA, NONSTANDARD -> OutputType.LEGACY;
        };
    }
}
