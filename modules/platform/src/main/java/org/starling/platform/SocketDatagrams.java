package org.starling.platform;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.world.Datagrams;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;

/** UDP over IPv4 and IPv6. Each port has a virtual thread, which receives when it is asked to. */
public final class SocketDatagrams implements Datagrams {
    private static final Logger LOG = LoggerFactory.getLogger("net");

    @Override
    public Port open(Endpoint local, Consumer<Datagram> sink) throws NetworkException {
        try {
            DatagramChannel channel = DatagramChannel.open(
                    local.ip().length() == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
            try {
                channel.bind(new InetSocketAddress(address(local.ip()), local.port()));
                return new OpenPort(channel, sink);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new NetworkException("Unable to use UDP at " + local + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Endpoint localFor(Endpoint remote) throws NetworkException {
        try (DatagramSocket socket = new DatagramSocket()) {
            // Connecting a datagram socket sends nothing: it only has the system choose an address.
            socket.connect(address(remote.ip()), remote.port());
            return new Endpoint(Bytes.wrap(socket.getLocalAddress().getAddress()), 0);
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new NetworkException("There is no way to " + remote + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<Bytes> gateways() {
        return Gateways.ofSystem();
    }

    private static InetAddress address(Bytes ip) throws UnknownHostException {
        return InetAddress.getByAddress(ip.toArray());
    }

    private static final class OpenPort implements Port {
        private final DatagramChannel channel;
        private final Endpoint local;
        private final Consumer<Datagram> sink;
        private final Semaphore reads = new Semaphore(0);

        OpenPort(DatagramChannel channel, Consumer<Datagram> sink) throws IOException {
            this.channel = channel;
            this.sink = sink;
            local = endpoint((InetSocketAddress) channel.getLocalAddress());
            Thread.ofVirtual().name("udp-" + local).start(this::receiveAll);
        }

        @Override
        public Endpoint local() {
            return local;
        }

        @Override
        public void send(Endpoint to, Bytes data) {
            try {
                channel.send(
                        ByteBuffer.wrap(data.sharedArray(), data.arrayOffset(), data.length()),
                        new InetSocketAddress(scoped(address(to.ip())), to.port()));
            } catch (IOException e) {
                LOG.debug("a datagram to {} was not sent: {}", to, e.getMessage());
            }
        }

        /** An address on the link itself says nothing without the interface: that of our own address. */
        private InetAddress scoped(InetAddress remote) throws IOException {
            if (!(remote instanceof Inet6Address) || !remote.isLinkLocalAddress()) {
                return remote;
            }
            NetworkInterface ours = NetworkInterface.getByInetAddress(address(local.ip()));
            return ours == null ? remote : Inet6Address.getByAddress(null, remote.getAddress(), ours);
        }

        @Override
        public void read() {
            reads.release();
        }

        private void receiveAll() {
            ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES);
            try {
                while (true) {
                    reads.acquire();
                    InetSocketAddress from = (InetSocketAddress) channel.receive(buffer.clear());
                    byte[] content = new byte[buffer.flip().remaining()];
                    buffer.get(content);
                    sink.accept(new Datagram(endpoint(from), Bytes.wrap(content)));
                }
            } catch (IOException e) {
                LOG.debug("UDP at {} is closed: {}", local, e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing UDP at {}: {}", local, e.getMessage());
            }
            reads.release();
        }

        private static Endpoint endpoint(InetSocketAddress socket) {
            return new Endpoint(Bytes.wrap(socket.getAddress().getAddress()), socket.getPort());
        }
    }
}
