package org.starling.api.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.engine.KnownAddress;
import org.starling.engine.Link;
import org.starling.engine.LinkTable;
import org.starling.engine.NetAddress;
import org.starling.engine.TrafficByType;
import org.starling.mempool.MempoolEntry;
import org.starling.node.Node;

/** Takes down what the page shows of a node. */
public final class NodeFacts {
    private static final int BLOCKS = 12;
    private static final int WAITING = 8;
    private static final int HEARD = 12;

    private final String name;
    private final Node node;
    private final Function<NetAddress, String> nameOf;
    // Sizes of the blocks shown, which only the disk knows.
    private final Map<Hash256, Integer> sizes = new LinkedHashMap<>();

    /**
     * The facts of a node.
     *
     * @param nameOf the name of the node at an address, if it is one of this process; else empty
     */
    public NodeFacts(String name, Node node, Function<NetAddress, String> nameOf) {
        this.name = name;
        this.node = node;
        this.nameOf = nameOf;
    }

    /** What a node's core lane knows; asked for in one go. */
    private record Around(
            List<PeerInfo> peers, List<KnownAddress> addresses, List<PageState.Traffic> traffic, int groups) {}

    /** The node as it is now. For one thread at a time. */
    public synchronized PageState.Node now() {
        BlockEntry tip = node.headers().tip();
        BlockEntry best = node.headers().bestHeader();
        Around around = node.core(() -> new Around(
                node.peers().peers(node.clock().millis()),
                List.copyOf(node.addressBook().entries()),
                traffic(node.links()),
                groups(node.links())));
        double progress = best.height() == 0 ? 1 : Math.min(1, tip.height() / (double) best.height());
        return new PageState.Node(
                name,
                node.params().type().label(),
                true,
                tip.height(),
                Math.max(best.height(), tip.height()),
                tip.hash().toString(),
                progress,
                around.peers().stream().map(this::link).toList(),
                blocks(tip),
                mempool(),
                heard(around.addresses()),
                around.addresses().size(),
                around.traffic(),
                around.groups());
    }

    private static List<PageState.Traffic> traffic(LinkTable links) {
        TrafficByType in = links.receivedByType();
        TrafficByType out = links.sentByType();
        TreeSet<String> types = new TreeSet<>(in.sums().keySet());
        types.addAll(out.sums().keySet());
        return types.stream()
                .map(type -> new PageState.Traffic(
                        type,
                        in.of(type).messages(),
                        in.of(type).bytes(),
                        out.of(type).messages(),
                        out.of(type).bytes()))
                .sorted(Comparator.comparingLong((PageState.Traffic sum) -> -sum.bytesIn() - sum.bytesOut()))
                .toList();
    }

    private int groups(LinkTable links) {
        Set<Bytes> groups = new TreeSet<>();
        for (Link link : links.links()) {
            if (!link.kind().isInbound()) {
                groups.add(node.addressBook().routability().group(link.remote()));
            }
        }
        return groups.size();
    }

    /** A node that was stopped or killed. */
    public static PageState.Node stopped(PageState.Node last) {
        return new PageState.Node(
                last.name(),
                last.chain(),
                false,
                last.height(),
                last.headers(),
                last.tip(),
                last.progress(),
                List.of(),
                last.blocks(),
                new PageState.Mempool(0, 0, 0, List.of()),
                last.heard(),
                last.heardTotal(),
                last.traffic(),
                0);
    }

    private PageState.Link link(PeerInfo peer) {
        return new PageState.Link(
                peer.address().toString(),
                nameOf.apply(peer.address()),
                peer.kind().isInbound(),
                peer.kind().label(),
                peer.transport(),
                peer.pingMillis(),
                peer.userAgent(),
                Math.max(peer.syncedBlocks(), peer.startHeight()),
                peer.bytesSent(),
                peer.bytesReceived(),
                peer.connectedMillis() / 1000);
    }

    private List<PageState.Block> blocks(BlockEntry tip) {
        List<PageState.Block> blocks = new ArrayList<>();
        for (BlockEntry entry = tip; entry != null && blocks.size() < BLOCKS; entry = entry.previous()) {
            blocks.add(new PageState.Block(
                    entry.height(), entry.hash().toString(), entry.time(), entry.transactionCount(), size(entry)));
        }
        return blocks;
    }

    private int size(BlockEntry entry) {
        if (sizes.size() > 4 * BLOCKS) {
            sizes.clear();
        }
        return entry.hasBlock()
                ? sizes.computeIfAbsent(
                        entry.hash(), hash -> node.chain().readRawBlock(entry).length())
                : 0;
    }

    private PageState.Mempool mempool() {
        List<MempoolEntry> entries = node.mempool().entries();
        List<PageState.Waiting> latest = entries.reversed().stream()
                .limit(WAITING)
                .map(entry -> new PageState.Waiting(entry.txid().toString(), entry.virtualSize(), entry.fee()))
                .toList();
        return new PageState.Mempool(
                entries.size(), node.mempool().virtualSize(), node.mempool().totalFee(), latest);
    }

    private static List<PageState.Heard> heard(List<KnownAddress> addresses) {
        return addresses.stream()
                .sorted(Comparator.comparingLong(KnownAddress::seenSeconds).reversed())
                .limit(HEARD)
                .map(known -> new PageState.Heard(Objects.toString(known.address()), known.seenSeconds()))
                .toList();
    }
}
