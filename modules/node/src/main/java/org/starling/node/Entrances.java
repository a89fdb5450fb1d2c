package org.starling.node;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.engine.LocalAddresses;
import org.starling.engine.LocalAddresses.Origin;
import org.starling.engine.NetAddress;
import org.starling.world.Endpoint;
import org.starling.world.Network;
import org.starling.world.NetworkException;

/** Opens the addresses that a node listens at, and notes where it is therefore reached. */
final class Entrances {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private Entrances() {}

    /** @throws NetworkException if one cannot be used; of the wildcard addresses, if none can */
    static void open(NodeConfig.Connections connections, Network network, LocalAddresses own) throws NetworkException {
        NodeConfig.Listening listening = connections.listening();
        List<Endpoint> bound = new ArrayList<>();
        NetworkException failure = null;
        for (Endpoint wanted : connections.listen()) {
            try {
                Endpoint at = network.listen(wanted);
                LOG.info("Bound to {}", at);
                bound.add(at);
            } catch (NetworkException e) {
                if (!listening.anyAddress()) {
                    throw e;
                }
                // A machine may be without IPv6, or without IPv4.
                LOG.debug("{}", e.getMessage());
                failure = e;
            }
        }
        if (failure != null && bound.isEmpty()) {
            throw failure;
        }
        if (own.listenPort() == 0 && !bound.isEmpty()) {
            own.listenPort(bound.getFirst().port());
        }
        for (Endpoint at : bound) {
            if (!listening.untold().contains(at)) {
                note(own, NetAddress.of(at), Origin.BOUND);
            }
        }
        if (listening.anyAddress()) {
            listening.interfaces().forEach(address -> note(own, address.withPort(own.listenPort()), Origin.INTERFACE));
        }
        connections.external().forEach(address -> note(own, address, Origin.MANUAL));
    }

    /** Whether one who listens at those comes to be reached at that address too. */
    static boolean covers(List<Endpoint> listening, Endpoint address) {
        return listening.stream()
                .anyMatch(at -> at.equals(address)
                        || at.port() == address.port()
                                && at.ip().equals(Bytes.wrap(new byte[at.ip().length()])));
    }

    private static void note(LocalAddresses own, NetAddress address, Origin origin) {
        if (own.add(address, origin)) {
            LOG.info("Our own address is {} ({})", address, origin);
        }
    }
}
