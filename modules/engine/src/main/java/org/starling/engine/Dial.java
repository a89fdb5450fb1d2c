package org.starling.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.Network;

/** A link being opened, which with a proxy goes on after the network has connected to that. */
final class Dial {
    private final LinkTable.Attempt attempt;
    private final @Nullable Socks5 socks;
    private long deadlineMillis = Long.MAX_VALUE;
    private @Nullable Endpoint local;
    private boolean sending;

    /** With {@code socks} the connection is to a proxy, else to the address itself. */
    Dial(LinkTable.Attempt attempt, @Nullable Socks5 socks) {
        this.attempt = attempt;
        this.socks = socks;
    }

    LinkTable.Attempt attempt() {
        return attempt;
    }

    /** What a proxy is asked; null if there is none. */
    @Nullable
    Socks5 socks() {
        return socks;
    }

    /** Notes that the proxy is reached, from {@code ours}. */
    void proxyConnected(long now, Endpoint ours) {
        deadlineMillis = now + Limits.PROXY_MILLIS;
        local = ours;
    }

    /** Our end, once the proxy is reached. */
    Endpoint local() {
        return Objects.requireNonNull(local);
    }

    /** When it has taken too long; never before the proxy is reached, since that has its own limit. */
    long deadlineMillis() {
        return deadlineMillis;
    }

    /** Sends what there is for the proxy, unless something is still on its way. */
    void send(Network network, long link) {
        if (socks == null || sending) {
            return;
        }
        Bytes data = socks.takeToSend();
        if (!data.isEmpty()) {
            sending = !network.send(link, data);
        }
    }

    void drained() {
        sending = false;
    }

    /** Whether the network still has something to send that it was given here. */
    boolean isSending() {
        return sending;
    }
}
