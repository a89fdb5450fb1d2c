package org.starling.api.zmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.api.zmq.Publication.Topic;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.RemovalReason;
import org.starling.node.Node;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * Publishes what happens on a node by ZeroMQ. A message has three parts: the topic, the body, and the number of the message
 * within its publication (4 bytes, little endian), in which a subscriber sees that it missed some. Hashes are in the byte
 * order in which they are shown.
 *
 * <p>Messages are made and sent on a thread of their own. Neither a slow subscriber nor a machine that cannot keep up holds
 * the node back: what cannot be sent is left out, and its numbers with it.
 */
public final class ZmqPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("zmq");

    /** Most bytes of blocks and transactions that wait for being published. */
    private static final long MAX_WAITING_BYTES = 64L << 20;

    private static final byte CONNECTED = 'C';
    private static final byte DISCONNECTED = 'D';
    private static final byte ADDED = 'A';
    private static final byte REMOVED = 'R';

    /** One publication's socket, shared by those of one address, and the number of its next message. */
    private static final class Outlet {
        private final ZMQ.Socket socket;
        private final byte[] topic;
        private int number;

        Outlet(Topic topic, ZMQ.Socket socket) {
            this.socket = socket;
            this.topic = topic.label().getBytes(StandardCharsets.US_ASCII);
        }

        void send(byte[] body) {
            socket.send(topic, ZMQ.SNDMORE);
            socket.send(body, ZMQ.SNDMORE);
            socket.send(new ByteWriter().i32(number++).toArray(), 0);
        }
    }

    private final ZContext context = new ZContext(1);
    private final Map<Topic, List<Outlet>> outlets = new EnumMap<>(Topic.class);
    private final List<Publication> publications;
    private final List<UnixEntrance> entrances = new ArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("zmq").daemon(true).factory());
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicInteger lost = new AtomicInteger();

    private ZmqPublisher(List<Publication> publications) {
        context.setLinger(0);
        // Its threads would print what happens to them while the context is closed.
        context.setUncaughtExceptionHandler((_, e) -> LOG.debug("A thread of ZeroMQ ended", e));
        context.setNotificationExceptionHandler((_, e) -> LOG.debug("Within ZeroMQ", e));
        this.publications = List.copyOf(publications);
    }

    /**
     * Opens the sockets. If one of the addresses cannot be used the reason is logged, and nothing is published, as in
     * Bitcoin Core.
     *
     * @param publications in the order in which they are listed
     */
    public static ZmqPublisher open(List<Publication> publications) {
        ZmqPublisher publisher = new ZmqPublisher(publications);
        if (publisher.bind()) {
            return publisher;
        }
        publisher.close();
        return new ZmqPublisher(List.of());
    }

    private boolean bind() {
        Map<String, ZMQ.Socket> byAddress = new HashMap<>();
        for (Publication publication : publications) {
            try {
                ZMQ.Socket socket = byAddress.get(publication.address());
                if (socket == null) {
                    socket = open(publication);
                    byAddress.put(publication.address(), socket);
                }
                outlets.computeIfAbsent(publication.topic(), topic -> new ArrayList<>())
                        .add(new Outlet(publication.topic(), socket));
                LOG.debug("Publishing {} at {}", publication.topic().label(), publication.address());
            } catch (ZMQException | IllegalArgumentException | IOException e) {
                LOG.error(
                        "Nothing is published by ZeroMQ, for -zmqpub{}={} cannot be used: {}",
                        publication.topic().label(),
                        publication.address(),
                        e.getMessage());
                return false;
            }
        }
        return true;
    }

    private ZMQ.Socket open(Publication publication) throws IOException {
        ZMQ.Socket socket = context.createSocket(SocketType.PUB);
        socket.setSndHWM(publication.highWaterMark());
        socket.setTCPKeepAlive(1);
        if (publication.address().startsWith(Publication.UNIX)) {
            Path path = Path.of(publication.address().substring(Publication.UNIX.length()));
            int port = socket.bindToRandomPort("tcp://127.0.0.1");
            entrances.add(UnixEntrance.open(path, port));
        } else {
            socket.setIPv6(publication.address().contains("["));
            socket.bind(publication.address());
        }
        return socket;
    }

    /** What is published. */
    public List<Publication> publications() {
        return publications;
    }

    /** Publishes what happens on the node from now on. */
    public void watch(Node node) {
        if (publications.isEmpty()) {
            return;
        }
        boolean _ = node.validation(() -> {
            node.mempool().addListener(mempoolListener());
            node.chain().addListener(chainListener(() -> !node.isInitialBlockDownload()));
            return true;
        });
    }

    /** Publishes what it is told of the mempool. */
    MempoolListener mempoolListener() {
        return new MempoolListener() {
            @Override
            public void added(Transaction transaction, long sequence) {
                later(transaction.serialized().length(), () -> {
                    publish(transaction);
                    publish(Topic.SEQUENCE, labelled(transaction.txid(), ADDED, sequence));
                });
            }

            @Override
            public void removed(Transaction transaction, RemovalReason reason, long sequence) {
                if (reason != RemovalReason.BLOCK) {
                    later(
                            Hash256.BYTES,
                            () -> publish(Topic.SEQUENCE, labelled(transaction.txid(), REMOVED, sequence)));
                }
            }
        };
    }

    /**
     * Publishes what it is told of the chain. Connected blocks come once the change is complete, after what a reorganisation
     * returned to the mempool.
     *
     * @param caughtUp whether new tips are news
     */
    ChainListener chainListener(BooleanSupplier caughtUp) {
        return new ChainListener() {
            private final List<Block> connected = new ArrayList<>();

            @Override
            public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
                connected.add(block);
            }

            @Override
            public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
                tellConnected();
                later(block.totalLength(), () -> publish(block, DISCONNECTED));
            }

            @Override
            public void chainChanged(BlockEntry tip, BlockEntry fork) {
                Block last = connected.isEmpty() ? null : connected.getLast();
                tellConnected();
                if (last != null && caughtUp.getAsBoolean()) {
                    later(last.totalLength(), () -> {
                        publish(Topic.HASHBLOCK, shown(last.hash()));
                        publish(Topic.RAWBLOCK, last.serialized());
                    });
                }
            }

            private void tellConnected() {
                for (Block block : connected) {
                    later(block.totalLength(), () -> publish(block, CONNECTED));
                }
                connected.clear();
            }
        };
    }

    private void later(long bytes, Runnable task) {
        if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-bytes);
            lost.incrementAndGet();
            return;
        }
        try {
            thread.execute(() -> {
                waitingBytes.addAndGet(-bytes);
                int left = lost.getAndSet(0);
                if (left > 0) {
                    LOG.warn("{} events were not published, for they came too fast", left);
                    outlets.values().forEach(all -> all.forEach(outlet -> outlet.number += left));
                }
                try {
                    task.run();
                } catch (ZMQException e) {
                    LOG.warn("An event was not published: {}", e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed: an event is not published");
        }
    }

    // On the thread of the sockets

    private void publish(Block block, byte label) {
        block.transactions().forEach(this::publish);
        publish(Topic.SEQUENCE, Bytes.wrap(append(shown(block.hash()).toArray(), label)));
    }

    private void publish(Transaction transaction) {
        publish(Topic.HASHTX, shown(transaction.txid()));
        publish(Topic.RAWTX, transaction.serialized());
    }

    private void publish(Topic topic, Bytes body) {
        List<Outlet> all = outlets.getOrDefault(topic, List.of());
        if (all.isEmpty()) {
            return;
        }
        byte[] bytes = body.toArray();
        all.forEach(outlet -> outlet.send(bytes));
    }

    private static Bytes shown(Hash256 hash) {
        return Bytes.fromHex(hash.toString());
    }

    private static Bytes labelled(Hash256 txid, byte label, long sequence) {
        return new ByteWriter()
                .bytes(append(shown(txid).toArray(), label))
                .i64(sequence)
                .toBytes();
    }

    private static byte[] append(byte[] bytes, byte last) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        longer[bytes.length] = last;
        return longer;
    }

    /** Publishes what waits and closes the sockets. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            boolean _ = thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        entrances.forEach(UnixEntrance::close);
        context.close();
    }
}
