package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** When each peer is due for something. Looked at so often that the times stand together. */
final class Agenda {
    // The peers by slot, which Peers keeps.
    private final List<Peer> peers;
    private long[] dueMillis = new long[8];
    private long firstDueMillis = Long.MAX_VALUE;
    private long allDueMillis = Long.MAX_VALUE;

    Agenda(List<Peer> peers) {
        this.peers = peers;
    }

    /** The last peer in the list is new. */
    void added() {
        int slot = peers.size() - 1;
        if (slot == dueMillis.length) {
            dueMillis = Arrays.copyOf(dueMillis, 2 * slot);
        }
        dueMillis[slot] = Long.MAX_VALUE;
    }

    /** The peer of that slot has left the list, and those behind it moved up. */
    void removed(int slot) {
        System.arraycopy(dueMillis, slot + 1, dueMillis, slot, peers.size() - slot);
    }

    /** The peer is due at that time or before. */
    void at(Peer peer, long millis) {
        if (peer.slot >= 0 && millis < dueMillis[peer.slot]) {
            dueMillis[peer.slot] = millis;
            firstDueMillis = Math.min(firstDueMillis, millis);
        }
    }

    /** Everybody is due at that time or before: what changed may concern each of them. */
    void allAt(long millis) {
        allDueMillis = Math.min(allDueMillis, millis);
    }

    /** When the next peer is due. */
    long nextMillis() {
        return Math.min(allDueMillis, firstDueMillis);
    }

    /** Those who are due, in the order in which they connected. They have to ask for the next time. */
    List<Peer> take(long now) {
        if (now < nextMillis()) {
            return List.of();
        }
        boolean everybody = now >= allDueMillis;
        if (everybody) {
            allDueMillis = Long.MAX_VALUE;
        }
        List<Peer> due = new ArrayList<>();
        firstDueMillis = Long.MAX_VALUE;
        for (int slot = 0; slot < peers.size(); slot++) {
            if (everybody || dueMillis[slot] <= now) {
                dueMillis[slot] = Long.MAX_VALUE;
                due.add(peers.get(slot));
            } else {
                firstDueMillis = Math.min(firstDueMillis, dueMillis[slot]);
            }
        }
        return due;
    }
}
