package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.starling.bitcoin.BitcoinLimits;
import org.starling.bytes.Hash256;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.BlockRules;
import org.starling.engine.Limits;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.LinkTable;
import org.starling.node.Node;
import org.starling.simulator.SimulatedNode;

/**
 * Watches the honest nodes from outside: no node holds more than its limits allow, honest nodes do not shun each other,
 * and in the end all have one tip, one set of coins, and no coin that was not mined.
 */
final class Checkers {
    /** Kinds of one violation are told once; so many of them at most. */
    private static final int MOST_TOLD = 20;

    private final Population population;
    private final Set<String> violations = new LinkedHashSet<>();

    Checkers(Population population) {
        this.population = population;
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    void violated(String what) {
        if (violations.size() < MOST_TOLD) {
            violations.add(what);
        }
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            violated(otherwise);
        }
    }

    /** Looks at all nodes once, at an instant: asks nothing of their lanes. */
    void limits() {
        for (SimulatedNode node : population.running()) {
            Node it = node.node();
            LinkTable links = it.links();
            // Beside the slots, what is about to be replaced or closed.
            atMost(node, "links", links.links().size(), Limits.CONNECTIONS + Limits.MANUAL);
            atMost(node, "full-relay links", links.count(LinkKind.OUTBOUND_FULL_RELAY), Limits.OUTBOUND_FULL_RELAY + 1);
            atMost(node, "block-relay links", links.count(LinkKind.BLOCK_RELAY), Limits.OUTBOUND_BLOCK_RELAY + 1);
            for (Link link : links.links()) {
                atMost(node, "bytes waiting for one peer", link.queuedBytes(), Limits.SEND_QUEUE_HARD_BYTES);
            }
            int peers = links.links().size();
            atMost(node, "orphan transactions", it.peers().orphans(), BitcoinLimits.ORPHANS);
            atMost(
                    node,
                    "tracked announcements",
                    it.peers().trackedAnnouncements(),
                    (long) peers * BitcoinLimits.TX_ANNOUNCEMENTS_PER_PEER);
            atMost(
                    node,
                    "bytes of mempool",
                    it.mempool().usage(),
                    it.mempool().options().maxBytes());
        }
    }

    private void atMost(SimulatedNode node, String what, long value, long most) {
        if (value > most) {
            violated(node + " holds " + value + " " + what + ", more than " + most);
        }
    }

    /** No honest node shuns another. */
    void trust() {
        for (SimulatedNode node : population.running()) {
            for (SimulatedNode other : population.nodes()) {
                if (other != node && node.node().bans().shuns(other.address())) {
                    violated(node + " shuns " + other + ", which is honest");
                }
            }
        }
    }

    /** Whether all that run have the same tip. */
    boolean agree() {
        Hash256 tip = null;
        for (SimulatedNode node : population.running()) {
            Hash256 its = node.node().headers().tip().hash();
            if (tip != null && !tip.equals(its)) {
                return false;
            }
            tip = its;
        }
        return true;
    }

    /** Share of the running nodes whose tip is the one that most work stands behind. */
    double shareOnBestTip() {
        List<SimulatedNode> running = population.running();
        SimulatedNode best = null;
        for (SimulatedNode node : running) {
            if (best == null
                    || node.node()
                                    .headers()
                                    .tip()
                                    .chainWork()
                                    .compareTo(best.node().headers().tip().chainWork())
                            > 0) {
                best = node;
            }
        }
        if (best == null) {
            return 0;
        }
        Hash256 tip = best.node().headers().tip().hash();
        long there = running.stream()
                .filter(node -> node.node().headers().tip().hash().equals(tip))
                .count();
        return there / (double) running.size();
    }

    /** The end of a run: one tip, one set of coins, and not more of them than were mined. */
    void end() {
        limits();
        trust();
        if (!agree()) {
            violated("the nodes end on different tips");
            return;
        }
        List<CoinStatistics> figures = new ArrayList<>();
        for (SimulatedNode node : population.running()) {
            figures.add(node.node()
                    .validation(
                            () -> CoinStatistics.compute(node.node().chain(), CoinStatistics.HashType.SERIALIZED_3)));
        }
        if (figures.isEmpty()) {
            violated("no node runs in the end");
            return;
        }
        CoinStatistics first = figures.getFirst();
        for (CoinStatistics other : figures) {
            require(
                    other.hash().equals(first.hash()) && other.totalAmount() == first.totalAmount(),
                    "nodes with one tip have different coins");
        }
        long mined = 0;
        for (int height = 1; height <= first.block().height(); height++) {
            mined += BlockRules.subsidy(
                    height, population.running().getFirst().node().params());
        }
        require(
                first.totalAmount() <= mined,
                first.totalAmount() + " satoshis exist, " + mined + " were mined: coins were created");
    }
}
