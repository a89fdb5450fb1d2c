package org.starling.engine;

/** What an {@link AddressBook} knows of one address. Times in seconds since 1970, 0 for never. */
public final class KnownAddress {
    private static final long MINUTE = 60;
    private static final long DAY = 24 * 60 * MINUTE;
    private static final int MAX_ATTEMPTS_IN_CHANCE = 8;

    private final NetAddress address;
    private final NetAddress source;
    private long services;
    private long seenSeconds;
    private long lastTrySeconds;
    private long lastSuccessSeconds;
    private int attempts;
    private boolean tried;
    // Slots in the new table, or the one in the tried table.
    private int[] slots = {};
    // Where it stands in the book's list of its table.
    private int listIndex;

    KnownAddress(NetAddress address, NetAddress source, long services, long seenSeconds) {
        this.address = address;
        this.source = source;
        this.services = services;
        this.seenSeconds = seenSeconds;
    }

    public NetAddress address() {
        return address;
    }

    /** Who told us first. */
    public NetAddress source() {
        return source;
    }

    /** Service bits, as told or, once connected, as the node itself said. */
    public long services() {
        return services;
    }

    /** When it was last said to be up. */
    public long seenSeconds() {
        return seenSeconds;
    }

    public long lastTrySeconds() {
        return lastTrySeconds;
    }

    public long lastSuccessSeconds() {
        return lastSuccessSeconds;
    }

    /** Attempts that failed since the last success. */
    public int attempts() {
        return attempts;
    }

    /** Whether we have connected to it. */
    public boolean isTried() {
        return tried;
    }

    /** Not worth keeping or telling: not seen for a month, from the future, or never reached in several attempts. */
    boolean isTerrible(long now) {
        if (now - lastTrySeconds <= MINUTE) {
            return false;
        }
        return seenSeconds > now + 10 * MINUTE
                || now - seenSeconds > 30 * DAY
                || lastSuccessSeconds == 0 && attempts >= 3
                || now - lastSuccessSeconds > 7 * DAY && attempts >= 10;
    }

    /** The chance, 0 to 1, with which a search that came upon it takes it. */
    double chance(long now) {
        double chance = now - lastTrySeconds < 10 * MINUTE ? 0.01 : 1;
        return chance * StrictMath.pow(0.66, Math.min(attempts, MAX_ATTEMPTS_IN_CHANCE));
    }

    void addServices(long more) {
        services |= more;
    }

    void services(long exact) {
        services = exact;
    }

    void seen(long seconds) {
        seenSeconds = seconds;
    }

    void attempted(long now) {
        lastTrySeconds = now;
        attempts++;
    }

    void succeeded(long now) {
        lastTrySeconds = now;
        lastSuccessSeconds = now;
        attempts = 0;
    }

    void restore(long lastTry, long lastSuccess, int failed) {
        lastTrySeconds = lastTry;
        lastSuccessSeconds = lastSuccess;
        attempts = failed;
    }

    void tried(boolean value) {
        tried = value;
    }

    int[] slots() {
        return slots;
    }

    void slots(int... value) {
        slots = value;
    }

    int listIndex() {
        return listIndex;
    }

    void listIndex(int value) {
        listIndex = value;
    }
}
