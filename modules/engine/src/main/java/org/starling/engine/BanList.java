package org.starling.engine;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.starling.bytes.Bytes;

/**
 * Hosts that we want nothing to do with: those the operator banned, for a time, and those that misbehaved. The latter are
 * only discouraged: not connected to, and the first to go when slots are scarce; they are bounded, the oldest out first.
 * Times in seconds since 1970.
 */
public final class BanList {
    private final TreeMap<Subnet, Ban> bans = new TreeMap<>();
    private final LinkedHashSet<Bytes> discouraged = new LinkedHashSet<>();

    /** Of one subnet, from when to when. */
    public record Ban(long createdSeconds, long untilSeconds) {}

    /** Bans the subnet; a longer ban that it has stays. */
    public void ban(Subnet subnet, Ban ban) {
        Ban known = bans.get(subnet);
        if (known == null || known.untilSeconds < ban.untilSeconds) {
            bans.put(subnet, ban);
        }
    }

    /** Lifts the ban of exactly that subnet; false if it has none. */
    public boolean lift(Subnet subnet) {
        return bans.remove(subnet) != null;
    }

    public void liftAll() {
        bans.clear();
    }

    /** The bans that hold now. */
    public Map<Subnet, Ban> bans(long nowSeconds) {
        bans.values().removeIf(ban -> ban.untilSeconds <= nowSeconds);
        return new TreeMap<>(bans);
    }

    public boolean isBanned(long nowSeconds, NetAddress address) {
        for (Map.Entry<Subnet, Ban> entry : bans.entrySet()) {
            if (entry.getValue().untilSeconds > nowSeconds && entry.getKey().contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Notes that the host misbehaved. */
    public void discourage(NetAddress address) {
        Bytes host = address.withPort(0).key();
        discouraged.remove(host);
        discouraged.add(host);
        if (discouraged.size() > Limits.DISCOURAGED) {
            Iterator<Bytes> oldest = discouraged.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    public boolean isDiscouraged(NetAddress address) {
        return discouraged.contains(address.withPort(0).key());
    }

    /** Whether the address is banned or discouraged: neither to be connected to nor told on. */
    public boolean shuns(long nowSeconds, NetAddress address) {
        return isDiscouraged(address) || isBanned(nowSeconds, address);
    }

    public int discouragedCount() {
        return discouraged.size();
    }

    /** Bans as they were stored, for those that read them back. */
    void restore(List<Map.Entry<Subnet, Ban>> stored) {
        stored.forEach(entry -> bans.put(entry.getKey(), entry.getValue()));
    }
}
