package org.starling.embed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.PeerListener;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.RemovalReason;
import org.starling.platform.ThreadLane;

/** Carries what happens on a node's lanes to listeners on a thread of their own, and wakes who waits for something. */
final class Events implements ChainListener, MempoolListener, PeerListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    /** Most events kept for listeners that are slow. */
    static final int MAX_WAITING = 10_000;

    private final List<NodeListener> listeners = new CopyOnWriteArrayList<>();
    private final ThreadLane lane;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition happened = lock.newCondition();

    /** Grows with each event. */
    private final AtomicLong changes = new AtomicLong();

    private int waiting;
    private long missed;

    /** @param name of the thread */
    Events(String name) {
        lane = new ThreadLane(name, System::currentTimeMillis, failure -> LOG.error("No more events", failure));
    }

    void add(NodeListener listener) {
        listeners.add(listener);
    }

    void remove(NodeListener listener) {
        listeners.remove(listener);
    }

    /** Whether the condition became true in that time. It is looked at after each event, and may ask the node. */
    boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
        long left = nanos;
        while (true) {
            long seen = changes.get();
            if (condition.getAsBoolean()) {
                return true;
            }
            lock.lockInterruptibly();
            try {
                while (seen == changes.get()) {
                    if (left <= 0) {
                        return false;
                    }
                    left = happened.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    void tell(Consumer<NodeListener> event) {
        lock.lock();
        try {
            wake();
            if (listeners.isEmpty()) {
                return;
            }
            if (waiting >= MAX_WAITING) {
                missed++;
                return;
            }
            waiting++;
            long lost = missed;
            missed = 0;
            boolean _ = lane.execute(() -> deliver(event, lost));
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changes.incrementAndGet();
            happened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Consumer<NodeListener> event, long lost) {
        lock.lock();
        try {
            waiting--;
        } finally {
            lock.unlock();
        }
        for (NodeListener listener : listeners) {
            try {
                if (lost > 0) {
                    listener.missed(lost);
                }
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("A listener failed", e);
            }
        }
    }

    @Override
    public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
        tell(listener -> listener.blockConnected(entry.height(), entry.hash()));
    }

    @Override
    public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
        tell(listener -> listener.blockDisconnected(entry.height(), entry.hash()));
    }

    @Override
    public void chainChanged(BlockEntry tip, BlockEntry fork) {
        wake();
    }

    @Override
    public void added(Transaction transaction, long sequence) {
        tell(listener -> listener.transactionAccepted(transaction));
    }

    @Override
    public void removed(Transaction transaction, RemovalReason reason, long sequence) {
        tell(listener -> listener.transactionRemoved(transaction, reason));
    }

    @Override
    public void greeted(long id, NetAddress address, LinkKind kind, long clockOffsetSeconds) {
        tell(listener -> listener.peerConnected(id, address));
    }

    @Override
    public void gone(long id, NetAddress address, LinkKind kind) {
        tell(listener -> listener.peerDisconnected(id, address));
    }

    /** Delivers what waits, and ends the thread. */
    @Override
    public void close() {
        lane.close();
    }
}
