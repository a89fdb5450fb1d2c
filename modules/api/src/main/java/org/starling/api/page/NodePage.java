package org.starling.api.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.starling.api.page.PageState.Block;
import org.starling.api.page.PageState.Heard;
import org.starling.api.page.PageState.Link;
import org.starling.api.page.PageState.Mempool;
import org.starling.api.page.PageState.Waiting;
import org.starling.bitcoin.PeerInfo;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.engine.KnownAddress;
import org.starling.engine.NetAddress;
import org.starling.mempool.MempoolEntry;
import org.starling.node.Node;

/** What the page shows of a node. */
public final class NodePage implements Supplier<PageState> {
    private static final int BLOCKS = 12;
    private static final int TRANSACTIONS = 12;
    private static final int ADDRESSES = 12;

    private final Node node;

    public NodePage(Node node) {
        this.node = node;
    }

    @Override
    public PageState get() {
        String title = "your node on the " + node.params().type().label() + " chain";
        return new PageState(title, List.of(show(node, "this node", address -> "")), List.of());
    }

    /**
     * A node at this moment.
     *
     * @param nameOf name of the node of this process that listens at an address, empty if none does
     */
    public static PageState.Node show(Node node, String name, Function<NetAddress, String> nameOf) {
        long now = node.clock().millis();
        record Links(List<PeerInfo> peers, List<KnownAddress> heard) {}
        Links links = node.core(
                () -> new Links(node.peers().peers(now), node.addressBook().entries()));
        HeaderTree tree = node.headers();
        BlockEntry tip = tree.tip();
        int headers = Math.max(tip.height(), tree.bestHeader().height());
        return new PageState.Node(
                name,
                node.params().type().label(),
                true,
                tip.height(),
                headers,
                tip.hash().toString(),
                headers == 0 ? 1 : (double) tip.height() / headers,
                links.peers().stream().map(peer -> link(peer, nameOf)).toList(),
                blocks(node, tip),
                mempool(node),
                links.heard().stream()
                        .sorted(Comparator.comparingLong(KnownAddress::seenSeconds)
                                .reversed())
                        .limit(ADDRESSES)
                        .map(known -> new Heard(known.address().toString(), known.seenSeconds()))
                        .toList(),
                links.heard().size());
    }

    private static Link link(PeerInfo peer, Function<NetAddress, String> nameOf) {
        return new Link(
                peer.address().toString(),
                nameOf.apply(peer.address()),
                peer.kind().isInbound(),
                peer.pingMillis(),
                peer.userAgent(),
                Math.max(peer.startHeight(), peer.syncedHeaders()),
                peer.bytesSent(),
                peer.bytesReceived(),
                peer.connectedMillis() / 1000);
    }

    private static List<Block> blocks(Node node, BlockEntry tip) {
        List<Block> blocks = new ArrayList<>();
        BlockEntry at = tip;
        while (at != null && blocks.size() < BLOCKS) {
            int bytes = at.hasBlock() ? node.chain().readRawBlock(at).length() : 0;
            blocks.add(new Block(at.height(), at.hash().toString(), at.time(), at.transactionCount(), bytes));
            at = at.previous();
        }
        return blocks;
    }

    private static Mempool mempool(Node node) {
        List<MempoolEntry> entries = node.mempool().entries();
        return new Mempool(
                entries.size(),
                entries.stream().mapToLong(MempoolEntry::virtualSize).sum(),
                entries.stream().mapToLong(MempoolEntry::fee).sum(),
                entries.stream()
                        .sorted(Comparator.comparingLong(MempoolEntry::sequence).reversed())
                        .limit(TRANSACTIONS)
                        .map(entry -> new Waiting(entry.txid().toString(), entry.virtualSize(), entry.fee()))
                        .toList());
    }
}
