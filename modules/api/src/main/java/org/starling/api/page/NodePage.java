package org.starling.api.page;

import java.util.List;
import java.util.function.Supplier;
import org.starling.node.Node;

/** What the page shows of a process with one node. */
public final class NodePage implements Supplier<PageState> {
    private final String title;
    private final NodeFacts facts;

    public NodePage(Node node) {
        title = "your node on the " + node.params().type().label() + " chain";
        facts = new NodeFacts("this node", node, address -> "");
    }

    @Override
    public PageState get() {
        return new PageState(title, List.of(facts.now()), List.of());
    }
}
