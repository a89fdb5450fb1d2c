package org.starling.node;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.PeerManager;
import org.starling.engine.Limits;
import org.starling.engine.LinkTable;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Proxy;
import org.starling.engine.TorControl;
import org.starling.world.FileStore;
import org.starling.world.Lane;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;
import org.starling.world.Randomness;

/**
 * Keeps a link to Tor's control port, and by it an onion service that leads to this node. Of the core lane alone; when
 * Tor goes away it is tried again, with growing waits.
 */
final class OnionService {
    private static final Logger LOG = LoggerFactory.getLogger("tor");

    /** Bitcoin Core's name for the file; it holds the key as Tor writes it. */
    private static final String KEY_FILE = "onion_v3_private_key";

    private static final int RETRY_GROWTH_PERCENT = 150;
    private static final long NEVER = Long.MAX_VALUE;

    private final TorControl.Settings settings;
    private final Parts parts;
    private String key;
    private @Nullable TorControl control;
    private @Nullable NetAddress published;
    private boolean listening;
    private long link;
    private long nextMillis;
    private long waitMillis = Limits.TOR_RETRY_FIRST_MILLIS;

    /**
     * What the service works with.
     *
     * @param toTor the network for the link to Tor alone
     * @param inbound the network that listens for the node
     * @param cookies reads a file by its path, null if it cannot be read
     * @param listening whether the node listens already where Tor is to connect
     */
    record Parts(
            Network toTor,
            Network inbound,
            LinkTable links,
            PeerManager peers,
            FileStore files,
            Lane disk,
            Randomness random,
            Function<String, byte @Nullable []> cookies,
            boolean listening) {}

    OnionService(TorControl.Settings settings, Parts parts) {
        this.settings = settings;
        this.parts = parts;
        listening = parts.listening();
        byte[] saved = parts.files().read(KEY_FILE);
        key = saved == null ? "" : new String(saved, StandardCharsets.US_ASCII).strip();
    }

    /** Does what is due, and returns when something may be due again, by the world's clock. */
    long tick(long now) {
        if (now >= nextMillis) {
            nextMillis = NEVER;
            control = new TorControl(settings, key, parts.cookies(), parts.random());
            link = parts.toTor().connect(settings.control(), Limits.CONNECT_TIMEOUT_MILLIS);
        }
        return nextMillis;
    }

    /** Takes what happened on the link to Tor. */
    void handle(long now, NetworkEvent event) {
        TorControl current = control;
        if (current == null || event.link() != link) {
            return;
        }
        switch (event) {
            case NetworkEvent.Connected connected -> {
                if (listen(now)) {
                    parts.toTor().send(link, current.takeToSend());
                    parts.toTor().read(link);
                }
            }
            case NetworkEvent.Received received -> {
                current.receive(received.data());
                answered(now, current);
            }
            case NetworkEvent.Closed closed -> lost(now, closed.reason());
            case NetworkEvent.Drained drained -> {}
            case NetworkEvent.Accepted accepted -> {}
        }
    }

    /** Where Tor will connect to; not before there is a Tor. */
    private boolean listen(long now) {
        try {
            if (!listening) {
                parts.inbound().listen(settings.entrance());
                parts.links().onionEntrance(settings.entrance());
                listening = true;
            }
            return true;
        } catch (NetworkException e) {
            parts.toTor().close(link);
            lost(now, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void answered(long now, TorControl current) {
        if (current.hasFailed()) {
            parts.toTor().close(link);
            LOG.warn("Tor at {}: {}", settings.control(), current.failure());
            lost(now, current.failure());
            return;
        }
        // Strictly in turns: it has answered, so all that was sent has left.
        var toSend = current.takeToSend();
        if (!toSend.isEmpty()) {
            parts.toTor().send(link, toSend);
        }
        NetAddress service = current.service();
        if (service != null && published == null) {
            publish(current, service);
        }
        parts.toTor().read(link);
    }

    private void publish(TorControl current, NetAddress service) {
        published = service;
        waitMillis = Limits.TOR_RETRY_FIRST_MILLIS;
        if (!current.privateKey().equals(key)) {
            key = current.privateKey();
            byte[] content = key.getBytes(StandardCharsets.US_ASCII);
            parts.disk().execute(() -> parts.files().replace(KEY_FILE, content));
        }
        LOG.info("Got tor service ID, advertising service {}", service);
        Proxy proxy = current.proxy();
        if (proxy != null) {
            parts.links().routes(parts.links().routes().withProxy(NetworkType.TORV3, proxy));
        }
        parts.peers().addOwnAddress(service, LocalAddresses.Origin.MANUAL);
    }

    private void lost(long now, String reason) {
        LOG.debug("Not connected to Tor control port {}, retrying: {}", settings.control(), reason);
        control = null;
        if (published != null) {
            parts.peers().removeOwnAddress(published);
            published = null;
        }
        nextMillis = now + waitMillis;
        waitMillis = Math.min(waitMillis * RETRY_GROWTH_PERCENT / 100, Limits.TOR_RETRY_LONGEST_MILLIS);
    }

    /** Ends the link to Tor, and with it the service. */
    void close() {
        parts.toTor().close();
    }
}
