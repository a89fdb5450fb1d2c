package org.starling.node;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.PeerManager;
import org.starling.bytes.Bytes;
import org.starling.engine.Limits;
import org.starling.engine.LocalAddresses.Origin;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.PortMapping;
import org.starling.world.Datagrams;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;
import org.starling.world.Randomness;

/**
 * Has this machine's gateways pass connections on to the node ({@code -natpmp}), and tells the peers where that is. Of the
 * core lane alone.
 */
final class PortMapper {
    private static final Logger LOG = LoggerFactory.getLogger("net");

    private final World world;
    private final PeerManager peers;
    private final List<Asked> asked = new ArrayList<>();

    private static final class Asked {
        private final PortMapping mapping;
        private final Datagrams.Port port;
        private @Nullable NetAddress told;
        private String problem = "";

        Asked(PortMapping mapping, Datagrams.Port port) {
            this.mapping = mapping;
            this.port = port;
        }
    }

    /** @param interfaces this machine's addresses; each of IPv6 that others could reach needs a hole of its own */
    PortMapper(World world, PeerManager peers, List<NetAddress> interfaces, Randomness random) {
        this.world = world;
        this.peers = peers;
        List<Bytes> gateways = world.datagrams().gateways();
        if (gateways.isEmpty()) {
            LOG.warn("No port is mapped (-natpmp): this machine's gateway is not known");
        }
        for (Bytes gateway : gateways) {
            Endpoint at = new Endpoint(gateway, PortMapping.GATEWAY_PORT);
            for (Endpoint client : clients(at, interfaces)) {
                if (asked.size() < Limits.PORT_MAPPINGS) {
                    begin(at, client, random.child("mapping " + asked.size()));
                }
            }
        }
    }

    private Set<Endpoint> clients(Endpoint gateway, List<NetAddress> interfaces) {
        Set<Endpoint> clients = new LinkedHashSet<>();
        if (gateway.ip().length() == 4) {
            try {
                clients.add(world.datagrams().localFor(gateway));
            } catch (NetworkException e) {
                LOG.warn("No port is mapped at {}: {}", gateway, e.getMessage());
            }
            return clients;
        }
        for (NetAddress address : interfaces) {
            if (address.network() == NetworkType.IPV6 && peers.ownAddresses().isRoutable(address.withPort(1))) {
                clients.add(new Endpoint(address.address(), 0));
            }
        }
        return clients;
    }

    private void begin(Endpoint gateway, Endpoint client, Randomness random) {
        try {
            int index = asked.size();
            Datagrams.Port port =
                    world.datagrams().open(client, datagram -> world.core().execute(() -> received(index, datagram)));
            int listenPort = peers.ownAddresses().listenPort();
            asked.add(new Asked(new PortMapping(gateway, client.ip(), listenPort, random), port));
            port.read();
        } catch (NetworkException e) {
            LOG.warn("No port is mapped at {}: {}", gateway, e.getMessage());
        }
    }

    private void received(int index, Datagrams.Datagram datagram) {
        long now = world.clock().millis();
        Asked one = asked.get(index);
        one.mapping.receive(now, datagram.from(), datagram.data());
        tick(now, one);
        one.port.read();
    }

    /** Does what is due, and returns when something may be due again, by the world's clock. */
    long tick(long now) {
        long next = Long.MAX_VALUE;
        for (Asked one : asked) {
            tick(now, one);
            next = Math.min(next, one.mapping.nextMillis());
        }
        return next;
    }

    private void tick(long now, Asked one) {
        PortMapping mapping = one.mapping;
        mapping.tick(now).forEach(question -> one.port.send(mapping.gateway(), question));
        if (!mapping.problem().isEmpty() && !mapping.problem().equals(one.problem)) {
            LOG.warn("The gateway {} maps no port: {}; trying again later", mapping.gateway(), mapping.problem());
        }
        one.problem = mapping.problem();
        NetAddress mapped = mapping.mapped();
        NetAddress told = one.told;
        if (mapped == null ? told == null : mapped.equals(told)) {
            return;
        }
        if (told != null) {
            peers.removeOwnAddress(told);
            LOG.info("The gateway {} no longer maps {}", mapping.gateway(), told);
        }
        if (mapped != null) {
            LOG.info("The gateway {} maps {} to us", mapping.gateway(), mapped);
            peers.addOwnAddress(mapped, Origin.MAPPED);
        }
        one.told = mapped;
    }

    /** Ends what was mapped. */
    void close() {
        for (Asked one : asked) {
            one.mapping.close().forEach(last -> one.port.send(one.mapping.gateway(), last));
            one.port.close();
        }
    }
}
