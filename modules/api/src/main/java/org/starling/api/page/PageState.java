package org.starling.api.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that the page shows at one moment.
 *
 * @param title what the page is about, in a few words
 * @param nodes the nodes of this process: one, or all those of a demonstration
 * @param story what happened, in sentences, oldest first; empty outside a demonstration
 * @param observed how decentralized the network is, as far as the node can see
 * @param wallet the node's wallets; null if it has none by its settings
 */
public record PageState(
        String title,
        List<Node> nodes,
        List<String> story,
        List<Observed> observed,
        @Nullable WalletState wallet) {
    public PageState {
        nodes = List.copyOf(nodes);
        story = List.copyOf(story);
        observed = List.copyOf(observed);
    }

    /** As above, with nothing observed and no wallets. */
    public PageState(String title, List<Node> nodes, List<String> story) {
        this(title, nodes, story, List.of(), null);
    }

    /**
     * One view of how decentralized the network is.
     *
     * @param figure the least number of holders that have more than half; empty if there is nothing to count
     * @param words what it means, and what it does not prove
     */
    public record Observed(String name, String figure, String words) {}

    /**
     * A node.
     *
     * @param running false for one that was stopped or killed
     * @param headers height of the best header, at least {@code height}
     * @param progress how much of the chain is validated, 0 to 1
     * @param heardTotal number of addresses known, of which {@code heard} has some
     * @param traffic by type of message, of all links since the start
     * @param groups how many parts of the network the links lead to that it chose
     */
    public record Node(
            String name,
            String chain,
            boolean running,
            int height,
            int headers,
            String tip,
            double progress,
            List<Link> links,
            List<Block> blocks,
            Mempool mempool,
            List<Heard> heard,
            int heardTotal,
            List<Traffic> traffic,
            int groups) {
        public Node {
            traffic = List.copyOf(traffic);
            links = List.copyOf(links);
            blocks = List.copyOf(blocks);
            heard = List.copyOf(heard);
        }
    }

    /**
     * A link to another node.
     *
     * @param peer name of the other node if it is one of this process, else empty
     * @param kind as {@code getpeerinfo} names it
     * @param transport {@code v1}, {@code v2} or {@code detecting}
     * @param latencyMillis of the last ping; -1 if there was none yet
     * @param since seconds since 1970
     */
    public record Link(
            String address,
            String peer,
            boolean inbound,
            String kind,
            String transport,
            double latencyMillis,
            String agent,
            int height,
            long bytesSent,
            long bytesReceived,
            long since) {}

    /** Messages of one type: how many came and went, and their bytes. */
    public record Traffic(String type, long messagesIn, long bytesIn, long messagesOut, long bytesOut) {}

    /**
     * A block of the chain.
     *
     * @param time of its header, in seconds since 1970
     */
    public record Block(int height, String hash, long time, int transactions, int bytes) {}

    /**
     * Transactions that wait for a block.
     *
     * @param fees in satoshis
     * @param latest the last that came, newest first
     */
    public record Mempool(int transactions, long virtualBytes, long fees, List<Waiting> latest) {
        public Mempool {
            latest = List.copyOf(latest);
        }
    }

    /** A transaction that waits; its fee in satoshis. */
    public record Waiting(String txid, int virtualBytes, long fee) {}

    /**
     * An address that others told of.
     *
     * @param seen when it was last seen, in seconds since 1970
     */
    public record Heard(String address, long seen) {}
}
