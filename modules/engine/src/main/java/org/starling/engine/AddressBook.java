package org.starling.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;
import org.starling.world.Randomness;

/**
 * Addresses of other nodes, kept so that nobody can fill the book with their own.
 *
 * <pre>
 *   heard --> NEW (up to 8 of 1024 x 64 slots) --connected--> TRIED (one of 256 x 64 slots)
 *   TRIED --its slot goes to another that proved itself--> NEW
 * </pre>
 *
 * A secret key decides the slot. An address from one group of sources can only reach 64 buckets of the new table, and an
 * address group only 8 of the tried table, whatever an attacker sends. A proven address keeps its slot unless it
 * fails when tested. The tables are sparse: an empty book takes next to no memory.
 */
public final class AddressBook {
    static final int NEW_BUCKETS = 1024;
    static final int TRIED_BUCKETS = 256;
    static final int BUCKET_SIZE = 64;

    /** Buckets of the new table that one group of sources can reach. */
    static final int NEW_BUCKETS_PER_SOURCE = 64;

    /** Buckets of the tried table that one group of addresses can reach. */
    static final int TRIED_BUCKETS_PER_GROUP = 8;

    /** Slots of the new table that one address may take. */
    static final int NEW_SLOTS_PER_ADDRESS = 8;

    /** Proven addresses that wait for the holder of their slot to be tested. */
    static final int COLLISIONS = 10;

    private static final long REPLACEMENT_SECONDS = 4 * 60 * 60;
    private static final long TEST_WINDOW_SECONDS = 40 * 60;
    private static final long HOUR = 60 * 60;
    private static final long DAY = 24 * HOUR;

    private final Bytes key;
    private final Routability routability;
    private final Defences defences;
    private final Randomness random;
    private final HashMap<NetAddress, KnownAddress> all = new HashMap<>();
    private final HashMap<Integer, KnownAddress> newSlots = new HashMap<>();
    private final HashMap<Integer, KnownAddress> triedSlots = new HashMap<>();
    private final ArrayList<KnownAddress> newList = new ArrayList<>();
    private final ArrayList<KnownAddress> triedList = new ArrayList<>();
    private final LinkedHashMap<NetAddress, KnownAddress> collisions = new LinkedHashMap<>();

    /** An empty book with that secret key of 32 bytes. */
    public AddressBook(Bytes key, Routability routability, Randomness random) {
        this(key, routability, Defences.ALL, random);
    }

    /** An empty book with that secret key of 32 bytes, and only those defences. */
    public AddressBook(Bytes key, Routability routability, Defences defences, Randomness random) {
        this.key = key;
        this.defences = defences;
        this.routability = routability;
        this.random = random;
    }

    Bytes key() {
        return key;
    }

    /** Which defences of the book, and of those that fill it and choose from it, are in force. */
    public Defences defences() {
        return defences;
    }

    public Routability routability() {
        return routability;
    }

    public int size() {
        return all.size();
    }

    public int triedCount() {
        return triedList.size();
    }

    public int newCount() {
        return newList.size();
    }

    public @Nullable KnownAddress find(NetAddress address) {
        return all.get(address);
    }

    /** All entries, those of the new table first, in no particular but reproducible order. */
    public List<KnownAddress> entries() {
        List<KnownAddress> entries = new ArrayList<>(newList);
        entries.addAll(triedList);
        return entries;
    }

    /** A slot that an entry holds. */
    public record Place(KnownAddress entry, boolean tried, int bucket, int position) {}

    /** All slots that are taken, by table, bucket and position. */
    public List<Place> places() {
        List<Place> places = new ArrayList<>();
        addPlaces(places, newSlots, false);
        addPlaces(places, triedSlots, true);
        return places;
    }

    private static void addPlaces(List<Place> places, Map<Integer, KnownAddress> slots, boolean tried) {
        new TreeMap<>(slots)
                .forEach((slot, entry) -> places.add(new Place(entry, tried, slot / BUCKET_SIZE, slot % BUCKET_SIZE)));
    }

    /**
     * Takes in an address that somebody told us. Returns whether it was not known.
     *
     * @param seenSeconds when it was up, as told
     * @param penaltySeconds subtracted from that: hearsay counts for less
     */
    public boolean add(
            long now, NetAddress address, long services, long seenSeconds, NetAddress source, long penaltySeconds) {
        if (!routability.routable(address)) {
            return false;
        }
        long penalty = address.sameHost(source) ? 0 : penaltySeconds;
        KnownAddress known = all.get(address);
        if (known != null && !refresh(now, known, services, seenSeconds, penalty)) {
            return false;
        }
        KnownAddress entry =
                known != null ? known : new KnownAddress(address, source, services, Math.max(0, seenSeconds - penalty));
        return placeNew(now, entry, source) && known == null;
    }

    /** Updates what is known; returns whether the entry may get one more slot. */
    private boolean refresh(long now, KnownAddress known, long services, long seen, long penalty) {
        boolean online = now - seen < DAY;
        long interval = online ? HOUR : DAY;
        if (known.seenSeconds() < seen - interval - penalty) {
            known.seen(Math.max(0, seen - penalty));
        }
        known.addServices(services);
        if (seen <= known.seenSeconds() || known.isTried() || known.slots().length == NEW_SLOTS_PER_ADDRESS) {
            return false;
        }
        // Each further slot is twice as hard to get.
        return random.below(1 << known.slots().length) == 0;
    }

    private boolean placeNew(long now, KnownAddress entry, NetAddress source) {
        int slot = newSlot(entry.address(), source);
        KnownAddress holder = newSlots.get(slot);
        if (holder == entry) {
            return false;
        }
        boolean fresh = entry.slots().length == 0;
        if (holder != null && !holder.isTerrible(now) && !(holder.slots().length > 1 && fresh)) {
            return false;
        }
        if (holder != null) {
            releaseNew(holder, slot);
        }
        newSlots.put(slot, entry);
        entry.slots(with(entry.slots(), slot));
        if (fresh) {
            all.put(entry.address(), entry);
            listAdd(newList, entry);
        }
        return true;
    }

    private void releaseNew(KnownAddress entry, int slot) {
        newSlots.remove(slot);
        entry.slots(without(entry.slots(), slot));
        if (entry.slots().length == 0) {
            listRemove(newList, entry);
            all.remove(entry.address());
            collisions.remove(entry.address());
        }
    }

    /**
     * Notes that we connected and the node is one of ours. It moves to the tried table, if its slot there is free; returns
     * whether it does.
     */
    public boolean good(long now, NetAddress address) {
        KnownAddress entry = all.get(address);
        if (entry == null) {
            return false;
        }
        entry.succeeded(now);
        if (entry.isTried()) {
            return false;
        }
        KnownAddress holder = triedSlots.get(triedSlot(address));
        if (holder == null || !defences.testBeforeEvict()) {
            moveToTried(entry);
        } else if (collisions.size() < COLLISIONS) {
            collisions.put(address, entry);
        }
        return holder == null;
    }

    /** Whether an address of that network is known. */
    public boolean knows(NetworkType network) {
        return all.keySet().stream().anyMatch(address -> address.network() == network);
    }

    /** As {@link #select}, among those of one network, however few they are. */
    public @Nullable KnownAddress selectIn(NetworkType network, Predicate<KnownAddress> test) {
        List<KnownAddress> candidates = entries().stream()
                .filter(entry -> entry.address().network() == network && test.test(entry))
                .toList();
        return candidates.isEmpty() ? null : candidates.get(random.below(candidates.size()));
    }

    private void moveToTried(KnownAddress entry) {
        for (int slot : entry.slots()) {
            newSlots.remove(slot);
        }
        listRemove(newList, entry);
        int slot = triedSlot(entry.address());
        KnownAddress holder = triedSlots.get(slot);
        if (holder != null) {
            returnToNew(holder);
        }
        triedSlots.put(slot, entry);
        entry.slots(slot);
        entry.tried(true);
        listAdd(triedList, entry);
    }

    private void returnToNew(KnownAddress entry) {
        listRemove(triedList, entry);
        entry.tried(false);
        int slot = newSlot(entry.address(), entry.source());
        KnownAddress holder = newSlots.get(slot);
        if (holder != null) {
            releaseNew(holder, slot);
        }
        newSlots.put(slot, entry);
        entry.slots(slot);
        listAdd(newList, entry);
    }

    /** Notes that we try to connect. */
    public void attempt(long now, NetAddress address) {
        KnownAddress entry = all.get(address);
        if (entry != null) {
            entry.attempted(now);
        }
    }

    /** Notes that a node we were linked to was up until now; told on when the link ends. */
    public void connected(long now, NetAddress address) {
        KnownAddress entry = all.get(address);
        if (entry != null && now - entry.seenSeconds() > 20 * 60) {
            entry.seen(now);
        }
    }

    /** Notes the services that the node itself named. */
    public void setServices(NetAddress address, long services) {
        KnownAddress entry = all.get(address);
        if (entry != null) {
            entry.services(services);
        }
    }

    /**
     * Somebody to connect to for whom the test holds: from either table with equal chance, recently failed ones seldom.
     * Null if a bounded search finds none.
     */
    public @Nullable KnownAddress select(long now, boolean newOnly, Predicate<KnownAddress> test) {
        double factor = 1;
        for (int i = 0; i < Limits.CANDIDATES_PER_ATTEMPT; i++) {
            boolean tried = !newOnly && !triedList.isEmpty() && (newList.isEmpty() || random.below(2) == 0);
            ArrayList<KnownAddress> list = tried ? triedList : newList;
            if (list.isEmpty()) {
                return null;
            }
            KnownAddress candidate = list.get(random.below(list.size()));
            if (random.unit() < candidate.chance(now) * factor && test.test(candidate)) {
                return candidate;
            }
            factor *= 1.2;
        }
        return null;
    }

    /** The holder of a slot that a proven address waits for, so that it can be tested; null if none waits. */
    public @Nullable KnownAddress selectToTest() {
        for (KnownAddress waiting : collisions.values()) {
            KnownAddress holder = triedSlots.get(triedSlot(waiting.address()));
            if (holder != null) {
                return holder;
            }
        }
        return null;
    }

    /** Gives slots to those who wait for them where the holder failed its test, or was not tested for too long. */
    public void resolveCollisions(long now) {
        for (Map.Entry<NetAddress, KnownAddress> waiting : List.copyOf(collisions.entrySet())) {
            KnownAddress entry = waiting.getValue();
            if (!collisions.containsKey(waiting.getKey())) {
                // A holder that went back to the new table took its last slot there.
                continue;
            }
            KnownAddress holder = triedSlots.get(triedSlot(entry.address()));
            if (holder == null || now - entry.lastSuccessSeconds() > TEST_WINDOW_SECONDS) {
                collisions.remove(waiting.getKey());
                moveToTried(entry);
            } else if (now - holder.lastSuccessSeconds() < REPLACEMENT_SECONDS) {
                collisions.remove(waiting.getKey());
            } else if (now - holder.lastTrySeconds() < REPLACEMENT_SECONDS && now - holder.lastTrySeconds() > 60) {
                collisions.remove(waiting.getKey());
                moveToTried(entry);
            }
        }
    }

    /** Random addresses worth telling: at most {@code max}, and at most that share of all, in percent (0: no bound). */
    public List<KnownAddress> sample(long now, int max, int maxPercent, Predicate<KnownAddress> test) {
        List<KnownAddress> pool = entries();
        int wanted = maxPercent == 0 ? pool.size() : pool.size() * maxPercent / 100;
        if (max > 0) {
            wanted = Math.min(wanted, max);
        }
        List<KnownAddress> chosen = new ArrayList<>();
        for (int i = 0; i < pool.size() && chosen.size() < wanted; i++) {
            int j = i + random.below(pool.size() - i);
            KnownAddress candidate = pool.get(j);
            pool.set(j, pool.get(i));
            if (!candidate.isTerrible(now) && test.test(candidate)) {
                chosen.add(candidate);
            }
        }
        return chosen;
    }

    /** Puts back an entry from a file; false if its slot is taken. */
    boolean restore(KnownAddress entry, boolean tried) {
        if (all.containsKey(entry.address()) || !routability.routable(entry.address())) {
            return false;
        }
        int slot = tried ? triedSlot(entry.address()) : newSlot(entry.address(), entry.source());
        HashMap<Integer, KnownAddress> slots = tried ? triedSlots : newSlots;
        if (slots.putIfAbsent(slot, entry) != null) {
            return false;
        }
        entry.slots(slot);
        entry.tried(tried);
        all.put(entry.address(), entry);
        listAdd(tried ? triedList : newList, entry);
        return true;
    }

    private int newSlot(NetAddress address, NetAddress source) {
        Bytes sourceGroup = routability.group(source);
        long within = hash(writer -> writer.varBytes(routability.group(address)).varBytes(sourceGroup));
        long reach = Long.remainderUnsigned(within, defences.groupLimits() ? NEW_BUCKETS_PER_SOURCE : NEW_BUCKETS);
        long bucket = Long.remainderUnsigned(
                hash(writer -> writer.varBytes(sourceGroup).i64(reach)), NEW_BUCKETS);
        return slot('N', (int) bucket, address);
    }

    private int triedSlot(NetAddress address) {
        long reach = Long.remainderUnsigned(
                hash(writer -> writer.bytes(address.key())),
                defences.groupLimits() ? TRIED_BUCKETS_PER_GROUP : TRIED_BUCKETS);
        long bucket = Long.remainderUnsigned(
                hash(writer -> writer.varBytes(routability.group(address)).i64(reach)), TRIED_BUCKETS);
        return slot('K', (int) bucket, address);
    }

    private int slot(char table, int bucket, NetAddress address) {
        long position = hash(writer -> writer.u8(table).i32(bucket).bytes(address.key()));
        return bucket * BUCKET_SIZE + (int) Long.remainderUnsigned(position, BUCKET_SIZE);
    }

    private long hash(java.util.function.Consumer<ByteWriter> content) {
        ByteWriter writer = new ByteWriter();
        writer.bytes(key);
        content.accept(writer);
        Hash256 hash = Sha256.once(writer.sharedArray(), 0, writer.length());
        return hash.word(0);
    }

    private static void listAdd(List<KnownAddress> list, KnownAddress entry) {
        entry.listIndex(list.size());
        list.add(entry);
    }

    private static void listRemove(List<KnownAddress> list, KnownAddress entry) {
        KnownAddress last = list.removeLast();
        if (last != entry) {
            list.set(entry.listIndex(), last);
            last.listIndex(entry.listIndex());
        }
    }

    private static int[] with(int[] slots, int slot) {
        int[] more = java.util.Arrays.copyOf(slots, slots.length + 1);
        more[slots.length] = slot;
        return more;
    }

    private static int[] without(int[] slots, int slot) {
        return java.util.Arrays.stream(slots).filter(other -> other != slot).toArray();
    }
}
