package org.starling.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.crypto.SipHash;
import org.starling.world.Randomness;

/**
 * Decides who comes in, and who has to go when all slots are taken. Whoever goes is of the group of addresses that holds
 * most of the slots; kept before all is what an attacker cannot have much of: certain groups, short pings, things that
 * were new to us, age, and links by networks that are few.
 */
public final class Door {
    private static final int KEPT_BY_GROUP = 4;
    private static final int KEPT_BY_PING = 8;
    private static final int KEPT_BY_ITEMS = 4;
    private static final int KEPT_BY_BLOCKS_ALONE = 8;
    private static final int KEPT_BY_BLOCKS = 4;

    private final int slots;
    private final BanList bans;
    private final Routability routability;
    private final SipHash hasher;

    /** What becomes of somebody who knocks. */
    sealed interface Answer {
        record Enter() implements Answer {}

        /** @param leaving makes room */
        record Replace(Link leaving) implements Answer {}

        record Refuse(String reason) implements Answer {}
    }

    private record Candidate(Link link, Merits merits, long group, boolean discouraged) {}

    /** @param slots most inbound links at once */
    public Door(int slots, BanList bans, Routability routability, Randomness random) {
        this.slots = slots;
        this.bans = bans;
        this.routability = routability;
        this.hasher = new SipHash(random.nextLong(), random.nextLong());
    }

    Answer knock(
            long now,
            NetAddress remote,
            Set<Permission> permissions,
            List<Link> inbound,
            Function<Link, Merits> merits) {
        boolean trusted = permissions.contains(Permission.NOBAN);
        if (!trusted && bans.isBanned(now / 1000, remote)) {
            return new Answer.Refuse("banned");
        }
        if (!trusted && bans.isDiscouraged(remote) && inbound.size() + 1 >= slots) {
            return new Answer.Refuse("discouraged");
        }
        if (inbound.size() < slots) {
            return new Answer.Enter();
        }
        Link leaving = leaving(inbound, merits);
        return leaving == null ? new Answer.Refuse("full") : new Answer.Replace(leaving);
    }

    private long group(NetAddress address) {
        Bytes group = routability.group(address);
        return hasher.hash(group);
    }

    /** The one that can be spared most easily; null if each is worth keeping. */
    @Nullable
    Link leaving(List<Link> inbound, Function<Link, Merits> merits) {
        List<Candidate> candidates = new ArrayList<>();
        for (Link link : inbound) {
            if (!link.has(Permission.NOBAN)) {
                NetAddress remote = link.remote();
                candidates.add(new Candidate(link, merits.apply(link), group(remote), bans.isDiscouraged(remote)));
            }
        }
        keep(candidates, KEPT_BY_GROUP, Comparator.comparingLong(Candidate::group), any -> true);
        keep(candidates, KEPT_BY_PING, Comparator.comparingLong(one -> -one.merits.minPingMillis()), any -> true);
        keep(candidates, KEPT_BY_ITEMS, Comparator.comparingLong(one -> one.merits.lastItemMillis()), any -> true);
        Comparator<Candidate> byBlocks = Comparator.<Candidate>comparingLong(one -> one.merits.lastBlockMillis())
                .thenComparing(one -> one.merits.serves());
        Comparator<Candidate> byBlocksAlone = Comparator.<Candidate, Boolean>comparing(one -> !one.merits.relaysItems())
                .thenComparing(byBlocks);
        keep(candidates, KEPT_BY_BLOCKS_ALONE, byBlocksAlone, one -> !one.merits.relaysItems() && one.merits.serves());
        keep(candidates, KEPT_BY_BLOCKS, byBlocks, any -> true);
        keepHalfByAge(candidates);
        if (candidates.stream().anyMatch(Candidate::discouraged)) {
            candidates.removeIf(one -> !one.discouraged);
        }
        return youngestOfLargestGroup(candidates);
    }

    /** Takes out up to {@code count} of those that come last in the order, if the test holds for them. */
    private static int keep(
            List<Candidate> candidates, int count, Comparator<Candidate> worstFirst, Predicate<Candidate> test) {
        // Age decides between equals, the older being kept.
        candidates.sort(worstFirst.thenComparing(Door::youngerFirst));
        int kept = 0;
        List<Candidate> last = candidates.subList(Math.max(0, candidates.size() - count), candidates.size());
        for (Candidate candidate : List.copyOf(last)) {
            if (test.test(candidate)) {
                candidates.remove(candidate);
                kept++;
            }
        }
        return kept;
    }

    private static int youngerFirst(Candidate one, Candidate other) {
        int order = Long.compare(other.link.openedMillis(), one.link.openedMillis());
        return order == 0 ? Long.compare(other.link.id(), one.link.id()) : order;
    }

    /** Keeps the older half, half of that by what is rare: local links, and those by networks that are slow by nature. */
    private static void keepHalfByAge(List<Candidate> candidates) {
        int toKeep = candidates.size() / 2;
        int rare = toKeep / 2;
        int kept = 0;
        List<Predicate<Candidate>> kinds = new ArrayList<>(
                List.of(of(NetworkType.CJDNS), of(NetworkType.I2P), Door::isLocal, of(NetworkType.TORV3)));
        while (kept < rare) {
            kinds.removeIf(kind -> candidates.stream().noneMatch(kind));
            if (kinds.isEmpty()) {
                break;
            }
            // What one kind does not need is the next one's, the smallest first.
            kinds.sort(Comparator.comparingLong(
                    kind -> candidates.stream().filter(kind).count()));
            int each = Math.max(1, (rare - kept) / kinds.size());
            for (Predicate<Candidate> kind : kinds) {
                int share = Math.min(each, rare - kept);
                kept += keep(candidates, share, ofKindLast(kind), kind);
            }
        }
        keep(candidates, toKeep - kept, Door::youngerFirst, any -> true);
    }

    // Tor too comes from this machine.
    private static boolean isLocal(Candidate candidate) {
        return candidate.link.remote().isLoopback() && candidate.link.network() != NetworkType.TORV3;
    }

    private static Predicate<Candidate> of(NetworkType network) {
        return one -> one.link.network() == network;
    }

    private static Comparator<Candidate> ofKindLast(Predicate<Candidate> kind) {
        return Comparator.comparing(kind::test);
    }

    private static @Nullable Link youngestOfLargestGroup(List<Candidate> candidates) {
        candidates.sort(Door::youngerFirst);
        LinkedHashMap<Long, List<Candidate>> groups = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            groups.computeIfAbsent(candidate.group, key -> new ArrayList<>()).add(candidate);
        }
        List<Candidate> largest = List.of();
        for (List<Candidate> group : groups.values()) {
            // Of groups of the same size the one with the youngest member, which comes first.
            largest = group.size() > largest.size() ? group : largest;
        }
        return largest.isEmpty() ? null : largest.getFirst().link;
    }
}
