package org.starling.engine;

import java.util.Iterator;
import java.util.LinkedHashSet;
import org.starling.bytes.Bytes;

/** Hosts that misbehaved: not connected to, and the first to go when slots are scarce. Bounded, oldest out first. */
public final class Discouragement {
    private final LinkedHashSet<Bytes> hosts = new LinkedHashSet<>();

    public void add(NetAddress address) {
        Bytes host = address.withPort(0).key();
        hosts.remove(host);
        hosts.add(host);
        if (hosts.size() > Limits.DISCOURAGED) {
            Iterator<Bytes> oldest = hosts.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    public boolean contains(NetAddress address) {
        return hosts.contains(address.withPort(0).key());
    }

    public int size() {
        return hosts.size();
    }
}
