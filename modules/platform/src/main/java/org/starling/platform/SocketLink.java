package org.starling.platform;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;

/** One socket and its two threads. */
final class SocketLink {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final int SMALL_BUFFER = 8 * 1024;

    private final long number;
    private final SocketChannel channel;
    private final Consumer<NetworkEvent> report;
    private final Semaphore reads = new Semaphore(0);
    // The core gives one piece at a time; an empty one ends the writer.
    private final LinkedBlockingQueue<Bytes> writes = new LinkedBlockingQueue<>();

    SocketLink(long number, SocketChannel channel, Consumer<NetworkEvent> report) {
        this.number = number;
        this.channel = channel;
        this.report = report;
    }

    long number() {
        return number;
    }

    void start() throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        Thread.ofVirtual().name("read-" + number).start(this::readAll);
        Thread.ofVirtual().name("write-" + number).start(this::writeAll);
    }

    void read() {
        reads.release();
    }

    void send(Bytes data) {
        writes.add(data);
    }

    void close() {
        closeChannel();
        reads.release();
        writes.add(Bytes.EMPTY);
    }

    /** Ends the link for a reason of the network's. */
    void fail(String reason) {
        close();
        report.accept(new NetworkEvent.Closed(number, reason));
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing link {}: {}", number, e.getMessage());
        }
    }

    private void readAll() {
        byte[] buffer = new byte[SMALL_BUFFER];
        try {
            while (true) {
                reads.acquire();
                int count = channel.read(ByteBuffer.wrap(buffer));
                if (count < 0) {
                    fail("closed by the other side");
                    return;
                }
                report.accept(new NetworkEvent.Received(number, Bytes.wrap(Arrays.copyOf(buffer, count))));
                buffer = sizedFor(buffer, count);
            }
        } catch (IOException e) {
            fail("reading failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }

    /** Grows while pieces fill it, and shrinks when they no longer do: an idle link keeps little. */
    private static byte[] sizedFor(byte[] buffer, int lastCount) {
        if (lastCount == buffer.length && buffer.length < Network.MAX_PIECE) {
            return new byte[Math.min(Network.MAX_PIECE, buffer.length * 4)];
        }
        return lastCount < SMALL_BUFFER / 2 && buffer.length > SMALL_BUFFER ? new byte[SMALL_BUFFER] : buffer;
    }

    private void writeAll() {
        try {
            while (true) {
                Bytes data = writes.take();
                if (data.isEmpty()) {
                    return;
                }
                ByteBuffer buffer = ByteBuffer.wrap(data.sharedArray(), data.arrayOffset(), data.length());
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                report.accept(new NetworkEvent.Drained(number));
            }
        } catch (IOException e) {
            fail("writing failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }
}
