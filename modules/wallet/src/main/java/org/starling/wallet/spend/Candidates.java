package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.mempool.Feerate;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletOptions;

/**
 * Finds coins for a payment among those that may be spent, the surest first: confirmed ones, then the wallet's own change
 * on short and on longer chains of unconfirmed transactions, then what others could make vanish. Coins of one kind of
 * address are preferred to a mixture, which tells more of the wallet.
 */
final class Candidates {
    private static final int SURE_DEPTH = 6;
    private static final int SHORT_CHAIN = 2;

    /** Most coins of an address that are spent together. */
    private static final int MAX_GROUP = 100;

    private final Payment payment;
    private final WalletOptions options;
    private final MempoolFacts facts;
    private final Feerate rate;
    private final boolean feeBeside;
    private final boolean whole;
    private final List<WalletCoin> coins = new ArrayList<>();
    private boolean tooHeavy;
    private final Map<Hash256, MempoolFacts.Chains> chains = new LinkedHashMap<>();

    /**
     * @param feeBeside whether fees are paid beside the amounts, so that coins count less what their inputs cost
     * @param whole whether all coins of an address are spent or none
     */
    Candidates(
            Payment payment,
            WalletOptions options,
            MempoolFacts facts,
            Feerate rate,
            boolean feeBeside,
            boolean whole,
            List<WalletCoin> all) {
        this.payment = payment;
        this.options = options;
        this.facts = facts;
        this.rate = rate;
        this.feeBeside = feeBeside;
        this.whole = whole;
        for (WalletCoin coin : all) {
            if (mayBeSpent(coin)) {
                coins.add(coin);
            }
        }
    }

    private boolean mayBeSpent(WalletCoin coin) {
        return !coin.frozen()
                && coin.inputWeight() > 0
                && !payment.inputs().containsKey(coin.outPoint())
                && coin.depth() >= payment.minDepth()
                && coin.depth() <= payment.maxDepth()
                && (coin.safe() || payment.includesUnsafe())
                && !(payment.avoidsReuse() && coin.reused())
                // Spending an unconfirmed transaction of version 3 has rules of its own: its owner chooses it by hand.
                && (coin.depth() > 0 || !coin.truc() && payment.version() != 3);
    }

    /** The coins chosen. Throws if they do not suffice. */
    CoinSelection.Choice choose(CoinSelection selection) {
        CoinSelection.Choice choice = choose(selection, false);
        choice = choice == null && whole ? choose(selection, true) : choice;
        if (choice != null) {
            return choice;
        }
        if (options.rejectLongChains() && selection.choose(groups(coins, true)) != null) {
            throw new WalletException(
                    Kind.INSUFFICIENT_FUNDS,
                    "Unconfirmed UTXOs are available, but spending them creates a chain of transactions that will be"
                            + " rejected by the mempool");
        }
        throw tooHeavy
                ? new WalletException(
                        Kind.GENERAL,
                        (payment.inputs().isEmpty()
                                        ? "The inputs size exceeds the maximum weight."
                                        : "The combination of the pre-selected inputs and the wallet automatic inputs"
                                                + " selection exceeds the transaction maximum weight.")
                                + " Please try sending a smaller amount or manually"
                                + " consolidating your wallet's UTXOs")
                : new WalletException(Kind.INSUFFICIENT_FUNDS, "Insufficient funds");
    }

    /** @param withRests whether the rest of an address counts that has more coins than one group takes */
    private CoinSelection.@Nullable Choice choose(CoinSelection selection, boolean withRests) {
        for (Predicate<WalletCoin> tier : tiers()) {
            List<WalletCoin> eligible = coins.stream().filter(tier).toList();
            CoinSelection.Choice best = null;
            for (OutputType type : OutputType.values()) {
                List<WalletCoin> ofType =
                        eligible.stream().filter(coin -> coin.type() == type).toList();
                CoinSelection.Choice choice = selection.choose(groups(ofType, withRests));
                if (choice != null && (best == null || choice.waste() < best.waste())) {
                    best = choice;
                }
            }
            best = best == null ? selection.choose(groups(eligible, withRests)) : best;
            if (best != null) {
                return best;
            }
            tooHeavy |= selection.wouldSuffice(groups(eligible, true));
        }
        return null;
    }

    // Coins that are safer, and in shorter chains, come first.
    private List<Predicate<WalletCoin>> tiers() {
        MempoolFacts.Chains limits = facts.chainLimits();
        List<Predicate<WalletCoin>> tiers = new ArrayList<>();
        tiers.add(coin -> coin.depth() >= (coin.fromMe() ? 1 : SURE_DEPTH));
        tiers.add(coin -> coin.depth() >= 1);
        for (MempoolFacts.Chains most : List.of(
                limits.atMost(SHORT_CHAIN), limits.over(3).atMost(2 * SHORT_CHAIN), limits.over(2), limits.lessOne())) {
            tiers.add(coin -> coin.depth() >= 1 || coin.safe() && isWithin(coin, most));
        }
        tiers.add(coin -> coin.depth() >= 1 || isWithin(coin, limits.lessOne()));
        if (!options.rejectLongChains()) {
            tiers.add(_ -> true);
        }
        return tiers;
    }

    private boolean isWithin(WalletCoin coin, MempoolFacts.Chains most) {
        return chains.computeIfAbsent(coin.outPoint().txid(), facts::chains).within(most);
    }

    private List<CoinSelection.Group> groups(List<WalletCoin> eligible, boolean withRests) {
        Map<Object, List<WalletCoin>> together = new LinkedHashMap<>();
        for (WalletCoin coin : eligible) {
            Bytes script = coin.output().scriptPubKey();
            Object key = whole ? script : coin.outPoint();
            together.computeIfAbsent(key, fresh -> new ArrayList<>()).add(coin);
        }
        List<CoinSelection.Group> groups = new ArrayList<>();
        for (List<WalletCoin> members : together.values()) {
            for (int from = 0; from < members.size(); from += MAX_GROUP) {
                int to = Math.min(members.size(), from + MAX_GROUP);
                boolean isRest = from > 0 && to - from < MAX_GROUP;
                if (withRests || !isRest) {
                    groups.add(group(members.subList(from, to)));
                }
            }
        }
        return groups;
    }

    private CoinSelection.Group group(List<WalletCoin> members) {
        long value = 0;
        long fee = 0;
        long later = 0;
        long weight = 0;
        for (WalletCoin coin : members) {
            long size = Math.ceilDiv(coin.inputWeight(), 4);
            value += coin.value();
            fee += rate.fee(size) + (coin.depth() > 0 ? 0 : facts.shortfall(List.of(coin.outPoint()), rate));
            later += options.consolidateFee().fee(size);
            weight += coin.inputWeight();
        }
        return new CoinSelection.Group(List.copyOf(members), feeBeside ? value - fee : value, fee - later, weight);
    }
}
