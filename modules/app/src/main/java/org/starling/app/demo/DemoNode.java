package org.starling.app.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.api.page.NodeFacts;
import org.starling.api.page.PageState;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.embed.Purse;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;

/** One of the demo's nodes: a full node with a data directory, a port and a purse, which can be killed and come back. */
final class DemoNode {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");

    /** Links that each opens by itself: few, so that blocks and payments have to travel. */
    private static final int OUTBOUND_LINKS = 2;

    private final String name;
    private final Path directory;
    private final Purse purse;
    private final Function<NetAddress, String> nameOf;
    private final List<NetAddress> told;
    private volatile int port;
    private @Nullable MachineWorld world;
    private volatile @Nullable Node node;
    private volatile PageState.@Nullable Node lastFacts;
    private volatile @Nullable NodeFacts facts;

    /**
     * @param told addresses that it is given at its first start
     * @param nameOf names the nodes of the demo by address
     */
    DemoNode(String name, Path directory, Purse purse, List<NetAddress> told, Function<NetAddress, String> nameOf) {
        this.name = name;
        this.directory = directory;
        this.purse = purse;
        this.told = List.copyOf(told);
        this.nameOf = nameOf;
    }

    String name() {
        return name;
    }

    Purse purse() {
        return purse;
    }

    boolean isRunning() {
        return node != null;
    }

    Node node() {
        Node running = node;
        if (running == null) {
            throw new IllegalStateException(name + " is not running");
        }
        return running;
    }

    NetAddress address() {
        return NetAddress.ofIp(LOOPBACK, port);
    }

    /** Starts it on a free port, the same one at every later start, or one beside it if that is taken by then. */
    void start(boolean firstTime) throws NetworkException {
        NodeConfig.Connections connections = new NodeConfig.Connections(
                List.of(new Endpoint(LOOPBACK, port)),
                List.of(),
                firstTime ? told : List.of(),
                true,
                List.of(),
                40,
                OUTBOUND_LINKS,
                0,
                true,
                new Routability(true),
                List.of(),
                Routes.DIRECT);
        NodeConfig config = NodeConfig.of(ChainParams.regtest(), "/Starling:0.1.0(" + name + ")/");
        config = config.withConnections(connections).withPeers(config.peers().inSmallNetwork());
        world = new MachineWorld(
                new MachineWorld.Place(directory, directory.resolve("blocks"), 1 << 20, 1), name + "-", failure -> {});
        Node started = Node.start(config, world.world());
        started.validation(() -> {
            purse.follow(started.chain());
            return true;
        });
        port = started.core(() -> started.peers()
                        .ownAddresses()
                        .all(started.clock().millis())
                        .getFirst())
                .port();
        facts = new NodeFacts(name, started, nameOf);
        node = started;
    }

    /** Ends it as a power failure would: sockets close, and nothing is written any more. */
    void kill() {
        Node dying = node();
        facts();
        node = null;
        dying.abandon();
        closeWorld();
    }

    /** Ends it in order. */
    void stop() {
        Node running = node;
        if (running != null) {
            node = null;
            running.close();
            closeWorld();
        }
    }

    private void closeWorld() {
        MachineWorld old = world;
        world = null;
        if (old != null) {
            old.close();
        }
    }

    /** What the page shows of it; null before its first start. */
    PageState.@Nullable Node facts() {
        NodeFacts source = facts;
        if (node == null || source == null) {
            return lastFacts;
        }
        try {
            PageState.Node now = source.now();
            lastFacts = NodeFacts.stopped(now);
            return now;
        } catch (CancellationException e) {
            return lastFacts; // killed this moment
        }
    }

    Hash256 tip() {
        return node().headers().tip().hash();
    }

    int height() {
        return node().headers().tip().height();
    }

    /** Peers that completed the handshake. */
    List<PeerInfo> peers() {
        Node running = node();
        return running.core(() -> running.peers().peers(running.clock().millis())).stream()
                .filter(PeerInfo::handshakeComplete)
                .toList();
    }

    CoinStatistics coins() {
        Node running = node();
        return running.validation(() -> CoinStatistics.compute(running.chain(), CoinStatistics.HashType.MUHASH));
    }
}
