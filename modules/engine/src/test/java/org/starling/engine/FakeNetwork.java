package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.Network;

/** Writes down what is asked of it. */
final class FakeNetwork implements Network {
    final List<Endpoint> connects = new ArrayList<>();
    final List<Long> timeouts = new ArrayList<>();
    final TreeMap<Long, List<Bytes>> sent = new TreeMap<>();
    final TreeMap<Long, Integer> reads = new TreeMap<>();
    final TreeSet<Long> closed = new TreeSet<>();

    /** Whether another piece may always follow at once. */
    boolean roomy;

    @Override
    public Endpoint listen(Endpoint address) {
        return address;
    }

    @Override
    public long connect(Endpoint target, long timeoutMillis) {
        connects.add(target);
        timeouts.add(timeoutMillis);
        return connects.size();
    }

    @Override
    public long connectLocal(String path) {
        throw new AssertionError("no test of this module has a file system");
    }

    @Override
    public void read(long link) {
        reads.merge(link, 1, Integer::sum);
    }

    @Override
    public boolean send(long link, Bytes data) {
        sent.computeIfAbsent(link, key -> new ArrayList<>()).add(data);
        return roomy;
    }

    @Override
    public void close(long link) {
        closed.add(link);
    }

    @Override
    public void close() {}
}
