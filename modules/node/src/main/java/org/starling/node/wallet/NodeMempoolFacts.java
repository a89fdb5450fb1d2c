package org.starling.node.wallet;

import org.starling.bytes.Hash256;
import org.starling.mempool.Feerate;
import org.starling.mempool.MempoolEntry;
import org.starling.mempool.fees.FeeEstimate;
import org.starling.node.Node;
import org.starling.wallet.spend.MempoolFacts;

/** What wallets ask of a node's mempool. */
final class NodeMempoolFacts implements MempoolFacts {
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
    public Ancestry ancestry(Hash256 txid) {
        MempoolEntry entry = node.mempool().entry(txid);
        return entry == null
                ? Ancestry.NONE
                : new Ancestry(entry.ancestorCount(), entry.ancestorSize(), entry.ancestorFees());
    }

    @Override
    public int descendants(Hash256 txid) {
        MempoolEntry entry = node.mempool().entry(txid);
        return entry == null ? 0 : entry.descendantCount();
    }

    @Override
    public int chainLimit() {
        return Math.min(
                node.mempool().options().limits().ancestors(),
                node.mempool().options().limits().descendants());
    }
}
