package org.starling.api.zmq;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Unix domain socket that leads to a TCP port of this machine. ZeroMQ says the same on both, but JeroMQ only knows TCP;
 * its {@code ipc://} is a port as well, at which no other implementation looks.
 */
final class UnixEntrance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("zmq");
    private static final int MAX_CONNECTIONS = 64;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final int port;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private UnixEntrance(Path path, int port, ServerSocketChannel server) {
        this.path = path;
        this.port = port;
        this.server = server;
    }

    /** Listens there; a file that an earlier process left is removed. */
    static UnixEntrance open(Path path, int port) throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        UnixEntrance entrance = new UnixEntrance(path, port, server);
        Thread _ = Thread.ofVirtual().name("zmq entrance").start(entrance::accept);
        return entrance;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                lead(server.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("A subscriber at {} could not be taken: {}", path, e.getMessage());
            }
        }
    }

    private void lead(SocketChannel outside) throws IOException {
        if (open.size() >= 2 * MAX_CONNECTIONS) {
            outside.close();
            return;
        }
        open.add(outside);
        try {
            SocketChannel inside = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            open.add(inside);
            Thread _ = Thread.ofVirtual().start(() -> pass(outside, inside));
            Thread _ = Thread.ofVirtual().start(() -> pass(inside, outside));
        } catch (IOException e) {
            forget(outside);
            throw e;
        }
    }

    private void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    int _ = to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            LOG.debug("A subscriber at {} is gone: {}", path, e.toString());
        } finally {
            forget(from);
            forget(to);
        }
    }

    private void forget(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("Closing a subscriber's socket failed: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("Closing {} failed: {}", path, e.toString());
        }
        open.forEach(this::forget);
    }
}
