package org.starling.engine;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * What others say that our address is. Each part of the network ({@link Routability#group}) has one vote, the last that it
 * gave, for {@link Limits#ADDRESS_VOTE_MILLIS}; beyond {@link Limits#ADDRESS_VOTES} the oldest goes.
 */
final class AddressVotes {
    private record Vote(NetAddress address, long expiryMillis) {}

    // The oldest vote first.
    private final LinkedHashMap<Bytes, Vote> byGroup = new LinkedHashMap<>();

    void vote(long now, Bytes group, NetAddress address) {
        byGroup.remove(group);
        byGroup.put(group, new Vote(address, now + Limits.ADDRESS_VOTE_MILLIS));
        if (byGroup.size() > Limits.ADDRESS_VOTES) {
            byGroup.pollFirstEntry();
        }
    }

    /** Votes for exactly that address. */
    int count(long now, NetAddress address) {
        forget(now);
        int count = 0;
        for (Vote vote : byGroup.values()) {
            count += vote.address.equals(address) ? 1 : 0;
        }
        return count;
    }

    /** The address in that network which has that many votes at least, and more than all others there together. */
    @Nullable
    NetAddress elected(long now, NetworkType network, int least) {
        forget(now);
        NetAddress leader = null;
        int lead = 0;
        int votes = 0;
        // Whoever has the majority is the leader in the end (Boyer and Moore).
        for (Vote vote : byGroup.values()) {
            if (vote.address.network() != network) {
                continue;
            }
            votes++;
            if (lead == 0) {
                leader = vote.address;
            }
            lead += vote.address.equals(leader) ? 1 : -1;
        }
        int won = leader == null ? 0 : count(now, leader);
        return won >= least && 2 * won > votes ? leader : null;
    }

    private void forget(long now) {
        while (!byGroup.isEmpty() && byGroup.firstEntry().getValue().expiryMillis <= now) {
            byGroup.pollFirstEntry();
        }
    }
}
