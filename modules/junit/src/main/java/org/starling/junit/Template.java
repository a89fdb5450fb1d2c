package org.starling.junit;

import org.starling.bytes.Bytes;
import org.starling.embed.MemoryStorage;
import org.starling.embed.Node;
import org.starling.embed.Purse;
import org.starling.world.NetworkException;

/** The chain that all nodes begin with: mined once in a JVM, then copied. */
final class Template {
    /** Signatures of tests need not be unpredictable. */
    private static final Bytes AUXILIARY = Bytes.wrap(new byte[32]);

    private static final Template SHARED = new Template();

    private final MemoryStorage disk = new MemoryStorage();
    private boolean mined;

    private Template() {}

    /** Starts a node on a copy of the chain. */
    static FundedNode start() throws NetworkException {
        Node node = Node.start(Node.Config.regtest(new Node.InMemory(SHARED.copy())));
        Purse purse = purse();
        node.parts().validation(() -> {
            purse.follow(node.parts().chain());
            return true;
        });
        return new FundedNode(node, purse);
    }

    private synchronized MemoryStorage copy() throws NetworkException {
        if (!mined) {
            try (Node node = Node.start(Node.Config.regtest(new Node.InMemory(disk)))) {
                node.generate(FundedNode.HEIGHT - node.height(), purse().scriptPubKey());
            }
            mined = true;
        }
        return disk.copy();
    }

    private static Purse purse() {
        return new Purse(FundedNode.SECRET, AUXILIARY);
    }
}
