package org.starling.api.metrics;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.PeerInfo;
import org.starling.chain.BlockEntry;
import org.starling.engine.TrafficByType;
import org.starling.mempool.Feerate;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;

/**
 * Figures about a node, its RPC calls and its process. Of wallets only how many are open: whoever may read figures learns
 * nothing of anybody's money.
 */
public final class NodeMetrics {
    /** What the text must be sent as. */
    public static final String CONTENT_TYPE = Exposition.CONTENT_TYPE;

    private final Map<String, Histogram> calls = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    /** What the process around the node knows. */
    public interface Host {
        /** Bytes of the block and undo files. */
        long blockBytes();

        /** Bytes of the database of coins. */
        long coinBytes();

        /** Milliseconds since the process started. */
        long uptimeMillis();

        /** The node's threads. */
        List<LaneFigures> lanes();
    }

    /** Notes a call of a method that exists. */
    public void called(String method, long nanos, boolean failed) {
        calls.computeIfAbsent(method, fresh -> new Histogram()).add(nanos);
        if (failed) {
            failures.computeIfAbsent(method, fresh -> new LongAdder()).increment();
        }
    }

    /** All figures of this moment. */
    public String text(Node node, @Nullable Wallets wallets, Host host) {
        Exposition to = new Exposition();
        chain(to, node, host);
        peers(to, node);
        mempool(to, node);
        to.gauge("starling_wallets", "Wallets that are open.")
                .sample(wallets == null ? 0 : wallets.all().size());
        lanes(to, host.lanes());
        rpc(to);
        process(to, host);
        return to.toString();
    }

    private static void chain(Exposition to, Node node, Host host) {
        BlockEntry tip = node.headers().tip();
        BlockEntry best = node.headers().bestHeader();
        to.gauge("starling_build_info", "The chain that this node is on; always 1.")
                .sample(
                        1,
                        "chain",
                        node.params().type().label(),
                        "agent",
                        node.config().peers().userAgent());
        to.gauge("starling_chain_blocks", "Height of the last block that is validated.")
                .sample(tip.height());
        to.gauge("starling_chain_headers", "Height of the header with the most work.")
                .sample(best.height());
        to.gauge("starling_chain_tip_age_seconds", "Time since the time that the last block names.")
                .sample(node.clock().seconds() - tip.time());
        to.gauge("starling_chain_catching_up", "1 while the node is far behind the network.")
                .sample(node.isInitialBlockDownload() ? 1 : 0);
        to.gauge("starling_chain_transactions", "Transactions in all blocks up to the last.")
                .sample(tip.chainTransactionCount());
        to.gauge("starling_disk_bytes", "Size of what is kept on disk.")
                .sample(host.blockBytes(), "part", "blocks")
                .sample(host.coinBytes(), "part", "coins");
        to.gauge("starling_warnings", "Warnings that hold now; getnetworkinfo has their texts.")
                .sample(node.warnings().texts().size());
    }

    private static void peers(Exposition to, Node node) {
        record Around(List<PeerInfo> peers, TrafficByType in, TrafficByType out, int addresses, int orphans) {}
        Around around = node.core(() -> new Around(
                node.peers().peers(node.clock().millis()),
                node.links().receivedByType(),
                node.links().sentByType(),
                node.addressBook().size(),
                node.peers().orphans()));
        record Kind(String direction, String network, String transport) {}
        Map<Kind, Long> kinds = around.peers().stream()
                .collect(Collectors.groupingBy(
                        peer -> new Kind(
                                peer.kind().isInbound() ? "in" : "out",
                                peer.network().label(),
                                peer.transport()),
                        Collectors.counting()));
        to.gauge("starling_peers", "Links to peers.");
        kinds.forEach((kind, count) -> to.sample(
                count, "direction", kind.direction(), "network", kind.network(), "transport", kind.transport()));
        to.gauge("starling_known_addresses", "Addresses of nodes that are known.")
                .sample(around.addresses());
        to.gauge("starling_orphan_transactions", "Transactions that wait for their parents.")
                .sample(around.orphans());
        traffic(to, "received", around.in());
        traffic(to, "sent", around.out());
    }

    private static void traffic(Exposition to, String direction, TrafficByType traffic) {
        to.counter("starling_p2p_" + direction + "_bytes_total", "Bytes " + direction + ", by type of message.");
        traffic.sums().forEach((type, sum) -> to.sample(sum.bytes(), "message", type));
        to.counter("starling_p2p_" + direction + "_messages_total", "Messages " + direction + ", by type.");
        traffic.sums().forEach((type, sum) -> to.sample(sum.messages(), "message", type));
    }

    private static void mempool(Exposition to, Node node) {
        record Waiting(int count, long vbytes, long usage, long fees, Feerate minimum) {}
        Waiting waiting = node.validation(() -> new Waiting(
                node.mempool().size(),
                node.mempool().virtualSize(),
                node.mempool().usage(),
                node.mempool().totalFee(),
                node.mempool().effectiveMinimumFeerate(node.clock().seconds())));
        to.gauge("starling_mempool_transactions", "Transactions that wait for a block.")
                .sample(waiting.count());
        to.gauge("starling_mempool_vbytes", "Their virtual size.").sample(waiting.vbytes());
        to.gauge("starling_mempool_usage_bytes", "Memory that they take.").sample(waiting.usage());
        to.gauge("starling_mempool_fees_satoshis", "Fees that they pay.").sample(waiting.fees());
        to.gauge("starling_mempool_min_fee_satoshis_per_kvbyte", "The least feerate that gets in.")
                .sample(waiting.minimum().satoshisPerKvb());
    }

    private static void lanes(Exposition to, List<LaneFigures> lanes) {
        to.counter("starling_thread_busy_seconds_total", "Time that a thread of the node spent on tasks.");
        lanes.forEach(lane -> to.sample(lane.busyNanos() / 1e9, "thread", lane.name()));
        to.counter("starling_thread_tasks_total", "Tasks that it has done.");
        lanes.forEach(lane -> to.sample(lane.tasks(), "thread", lane.name()));
        to.gauge("starling_thread_waiting_tasks", "Tasks that wait for it.");
        lanes.forEach(lane -> to.sample(lane.waiting(), "thread", lane.name()));
    }

    private void rpc(Exposition to) {
        to.histogram("starling_rpc_call_seconds", "How long calls took, by method.");
        new TreeMap<>(calls).forEach((method, histogram) -> histogram.write(to, "method", method));
        to.counter("starling_rpc_failures_total", "Calls that were answered with an error, by method.");
        new TreeMap<>(failures).forEach((method, count) -> to.sample(count.sum(), "method", method));
    }

    private static void process(Exposition to, Host host) {
        to.counter("starling_uptime_seconds_total", "Time since the start.").sample(host.uptimeMillis() / 1e3);
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        to.gauge("jvm_memory_used_bytes", "Memory in use by the Java machine.")
                .sample(heap.getUsed(), "area", "heap")
                .sample(other.getUsed(), "area", "nonheap");
        to.gauge("jvm_memory_max_bytes", "The most that it may use; -1 if there is no limit.")
                .sample(heap.getMax(), "area", "heap")
                .sample(other.getMax(), "area", "nonheap");
        to.gauge("jvm_threads", "Platform threads.")
                .sample(ManagementFactory.getThreadMXBean().getThreadCount());
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        to.counter("jvm_gc_collections_total", "Garbage collections.");
        collectors.forEach(collector -> to.sample(collector.getCollectionCount(), "gc", collector.getName()));
        to.counter("jvm_gc_seconds_total", "Time spent on them.");
        collectors.forEach(collector -> to.sample(collector.getCollectionTime() / 1e3, "gc", collector.getName()));
    }
}
