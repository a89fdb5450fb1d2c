package org.starling.node.wallet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.mempool.Feerate;
import org.starling.mempool.MempoolEntry;
import org.starling.mempool.fees.FeeEstimate;
import org.starling.node.Node;
import org.starling.wallet.spend.MempoolFacts;
import org.starling.wallet.spend.MiningOrder;

/** What wallets ask of a node's mempool. */
final class NodeMempoolFacts implements MempoolFacts {
    /** Most transactions that are looked at to tell what others will be mined anyway. */
    private static final int MAX_CLUSTER = 200;

    private final Node node;

    NodeMempoolFacts(Node node) {
        this.node = node;
    }

    @Override
    public FeeEstimate estimate(int blocks, boolean conservative) {
        return node.fees().estimates().estimate(blocks, conservative);
    }

    @Override
    public Feerate mempoolMinimum() {
        return node.mempool().minimumFeerate(node.clock().seconds());
    }

    @Override
    public Feerate relayMinimum() {
        return node.mempool().options().minRelayFeerate();
    }

    @Override
    public Feerate incremental() {
        return node.mempool().options().incrementalFeerate();
    }

    @Override
    public Feerate dust() {
        return node.mempool().options().dustFeerate();
    }

    @Override
    public Chains chains(Hash256 txid) {
        MempoolEntry entry = node.mempool().entry(txid);
        if (entry == null) {
            return Chains.NONE;
        }
        int descendants = entry.descendantCount();
        for (MempoolEntry ancestor : node.mempool().ancestors(txid)) {
            descendants = Math.max(descendants, ancestor.descendantCount());
        }
        return new Chains(entry.ancestorCount(), descendants);
    }

    @Override
    public long shortfall(Collection<OutPoint> coins, Feerate rate) {
        Set<Hash256> parents = new LinkedHashSet<>();
        Set<Hash256> replaced = new HashSet<>();
        for (OutPoint coin : coins) {
            if (node.mempool().contains(coin.txid())) {
                parents.add(coin.txid());
            }
            Transaction spender = node.mempool().spender(coin);
            if (spender != null && replaced.add(spender.txid())) {
                node.mempool().descendants(spender.txid()).forEach(entry -> replaced.add(entry.txid()));
            }
        }
        return parents.isEmpty() ? 0 : new MiningOrder(around(parents, replaced), rate).shortfall(parents);
    }

    /** The transactions and all that are tied to them by what they spend, without those that are replaced. */
    private List<MiningOrder.Waiting> around(Set<Hash256> txids, Set<Hash256> replaced) {
        List<MiningOrder.Waiting> found = new ArrayList<>();
        Set<Hash256> seen = new HashSet<>(replaced);
        Deque<Hash256> open = new ArrayDeque<>(txids);
        while (!open.isEmpty() && found.size() < MAX_CLUSTER) {
            Hash256 txid = open.removeFirst();
            MempoolEntry entry = seen.add(txid) ? node.mempool().entry(txid) : null;
            if (entry != null) {
                found.add(new MiningOrder.Waiting(txid, entry.virtualSize(), entry.modifiedFee(), entry.depends()));
                open.addAll(entry.depends());
                open.addAll(entry.spentBy());
            }
        }
        return found;
    }

    @Override
    public int descendants(Hash256 txid) {
        MempoolEntry entry = node.mempool().entry(txid);
        return entry == null ? 0 : entry.descendantCount();
    }

    @Override
    public @Nullable String chainExcess(Set<Hash256> parents, long virtualSize) {
        return node.mempool().chainExcess(parents, virtualSize);
    }

    @Override
    public Chains chainLimits() {
        return new Chains(
                node.mempool().options().limits().ancestors(),
                node.mempool().options().limits().descendants());
    }
}
