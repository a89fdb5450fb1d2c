package org.starling.api.page;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.node.Node;
import org.starling.node.NodeObservation;
import org.starling.observatory.Concentration;
import org.starling.observatory.Report;

/** What the page shows of a process with one node. */
public final class NodePage implements Supplier<PageState> {
    /** How long what was observed is shown: looking again reads a day's blocks. */
    private static final long OBSERVED_NANOS = 60_000_000_000L;

    private final String title;
    private final Node node;
    private final NodeFacts facts;
    private final @Nullable WalletDesk desk;
    private List<PageState.Observed> observed = List.of();
    private long observedNanos;

    /** @param desk the node's wallets; null if there are to be none */
    public NodePage(Node node, @Nullable WalletDesk desk) {
        this.node = node;
        this.desk = desk;
        title = "your node on the " + node.params().type().label() + " chain";
        facts = new NodeFacts("this node", node, address -> "");
    }

    @Override
    public PageState get() {
        return new PageState(title, List.of(facts.now()), List.of(), observed(), desk == null ? null : desk.state());
    }

    private synchronized List<PageState.Observed> observed() {
        long now = System.nanoTime();
        if (observed.isEmpty() || now - observedNanos > OBSERVED_NANOS) {
            observed = words(NodeObservation.of(node, NodeObservation.BLOCKS));
            observedNanos = now;
        }
        return observed;
    }

    private static List<PageState.Observed> words(Report report) {
        List<PageState.Observed> words = new ArrayList<>();
        Report.Eclipse eclipse = report.eclipse();
        words.add(new PageState.Observed(
                "operators that would have to collude against this node",
                Integer.toString(eclipse.operators()),
                eclipse.words()));
        for (Report.View view : report.views()) {
            Concentration measured = view.concentration();
            String figure = measured == null
                    ? ""
                    : Integer.toString((int) measured.nakamoto().value());
            words.add(new PageState.Observed(view.name().replace('_', ' '), figure, view.words()));
        }
        return words;
    }
}
