package org.starling.platform;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;

/**
 * TCP over IPv4 and IPv6. Each link has two virtual threads: one reads when it is asked to, one writes what it is given;
 * blocking in the system's call is what makes them wait for the socket.
 */
public final class SocketNetwork implements Network {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final int BACKLOG = 128;
    private static final Bytes ANY_IPV4 = Bytes.wrap(new byte[4]);
    private static final Bytes ANY_IPV6 = Bytes.wrap(new byte[16]);

    /** Wait after the system refused to accept (out of file descriptors, say). */
    private static final long ACCEPT_RETRY_MILLIS = 500;

    private final Consumer<NetworkEvent> sink;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<Long, SocketLink> links = new ConcurrentHashMap<>();
    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private final List<Endpoint> bound = new ArrayList<>();
    private volatile boolean closed;

    /** A network that reports to that sink, which must be safe for any thread. */
    public SocketNetwork(Consumer<NetworkEvent> sink) {
        this.sink = sink;
    }

    /** A socket at IPv6's wildcard address takes IPv4 too. */
    @Override
    public Endpoint listen(Endpoint address) throws NetworkException {
        Endpoint wider = new Endpoint(ANY_IPV6, address.port());
        if (address.ip().equals(ANY_IPV4) && bound.contains(wider)) {
            return wider;
        }
        try {
            ServerSocketChannel channel = ServerSocketChannel.open(
                    address.ip().length() == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(socketAddress(address), BACKLOG);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            listeners.add(channel);
            Endpoint at = endpoint(channel.getLocalAddress());
            bound.add(at);
            Thread.ofVirtual().name("accept-" + at).start(() -> acceptAll(channel));
            return at;
        } catch (BindException e) {
            String why = String.valueOf(e.getMessage()).contains("in use")
                    ? "port " + address.port()
                            + " is in use, probably by another node; stop that, or choose another port (-port, -bind)"
                    : e.getMessage();
            throw new NetworkException("Unable to bind to " + address + " on this computer: " + why, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new NetworkException("Unable to listen on " + address + ": " + e.getMessage(), e);
        }
    }

    private void acceptAll(ServerSocketChannel listener) {
        while (!closed && listener.isOpen()) {
            try {
                SocketChannel channel = listener.accept();
                SocketLink link = new SocketLink(numbers.incrementAndGet(), channel, this::report);
                links.put(link.number(), link);
                Endpoint local = endpoint(channel.getLocalAddress());
                Endpoint remote = endpoint(channel.getRemoteAddress());
                report(new NetworkEvent.Accepted(link.number(), local, remote));
                link.start();
            } catch (IOException e) {
                if (!closed && listener.isOpen()) {
                    LOG.warn("cannot accept a connection: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ACCEPT_RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long connect(Endpoint target, long timeoutMillis) {
        long number = numbers.incrementAndGet();
        try {
            SocketChannel channel = SocketChannel.open();
            SocketLink link = new SocketLink(number, channel, this::report);
            links.put(number, link);
            Thread.ofVirtual().name("connect-" + number).start(() -> open(link, channel, target, timeoutMillis));
        } catch (IOException e) {
            sink.accept(new NetworkEvent.Closed(number, "cannot make a socket: " + e.getMessage()));
        }
        return number;
    }

    private void open(SocketLink link, SocketChannel channel, Endpoint target, long timeoutMillis) {
        try {
            channel.socket().connect(socketAddress(target), (int) timeoutMillis);
            Endpoint local = endpoint(channel.getLocalAddress());
            report(new NetworkEvent.Connected(link.number(), local, target));
            link.start();
        } catch (SocketTimeoutException e) {
            link.fail("no answer from " + target + " in " + timeoutMillis + " ms");
        } catch (IOException e) {
            link.fail("cannot connect to " + target + ": " + e.getMessage());
        }
    }

    @Override
    public long connectLocal(String path) {
        long number = numbers.incrementAndGet();
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            SocketLink link = new SocketLink(number, channel, this::report);
            links.put(number, link);
            Thread.ofVirtual().name("connect-" + number).start(() -> openLocal(link, channel, path));
        } catch (IOException | UnsupportedOperationException e) {
            sink.accept(new NetworkEvent.Closed(number, "cannot make a Unix-domain socket: " + e.getMessage()));
        }
        return number;
    }

    private void openLocal(SocketLink link, SocketChannel channel, String path) {
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            report(new NetworkEvent.Connected(link.number(), Endpoint.NOWHERE, Endpoint.NOWHERE));
            link.start();
        } catch (IOException | InvalidPathException e) {
            link.fail("cannot connect to " + path + ": " + e.getMessage());
        }
    }

    /** Passes on events of links that the core has not closed. */
    private void report(NetworkEvent event) {
        boolean known = event instanceof NetworkEvent.Closed
                ? links.remove(event.link()) != null
                : links.containsKey(event.link());
        if (known) {
            sink.accept(event);
        }
    }

    @Override
    public void read(long link) {
        SocketLink socket = links.get(link);
        if (socket != null) {
            socket.read();
        }
    }

    @Override
    public boolean send(long link, Bytes data) {
        SocketLink socket = links.get(link);
        if (socket != null) {
            socket.send(data);
        }
        return false;
    }

    @Override
    public void close(long link) {
        SocketLink socket = links.remove(link);
        if (socket != null) {
            socket.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (ServerSocketChannel listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.debug("closing a listener: {}", e.getMessage());
            }
        }
        List.copyOf(links.keySet()).forEach(this::close);
    }

    private static InetSocketAddress socketAddress(Endpoint endpoint) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(endpoint.ip().toArray()), endpoint.port());
        } catch (UnknownHostException e) {
            throw new AssertionError("an endpoint has 4 or 16 bytes", e);
        }
    }

    private static Endpoint endpoint(java.net.SocketAddress address) {
        InetSocketAddress socket = (InetSocketAddress) address;
        return new Endpoint(Bytes.wrap(socket.getAddress().getAddress()), socket.getPort());
    }
}
