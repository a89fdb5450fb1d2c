package org.starling.engine;

/** Everything that others can make the engine hold or do, and how much of it. Times in milliseconds. */
public final class Limits {
    /** Longest payload of a message, in bytes. */
    public static final int MESSAGE_BYTES = 4_000_000;

    /** How far ahead of what has arrived the buffer of a message may grow, in bytes. */
    public static final int RESERVE_AHEAD_BYTES = 256 * 1024;

    /** Most random bytes after the key of a BIP-0324 handshake. */
    public static final int GARBAGE_BYTES = 4095;

    /** Above this many bytes waiting to be sent, a link's requests are not served until it has drained. */
    public static final int SEND_QUEUE_BYTES = 1_000_000;

    /** A link with this many bytes waiting is closed: the largest block may stand behind a full queue, twice. */
    public static final int SEND_QUEUE_HARD_BYTES = 10_000_000;

    /** Most bytes handed to the network at once. */
    public static final int SEND_PIECE_BYTES = 256 * 1024;

    /** Messages with a bad checksum, type or content that a link may send before it is closed. */
    public static final int BAD_MESSAGES = 100;

    /** Message types counted by name on one link; further ones are counted together. */
    public static final int COUNTED_TYPES = 40;

    /** Links of all kinds, unless the operator says otherwise. */
    public static final int CONNECTIONS = 125;

    public static final int OUTBOUND_FULL_RELAY = 8;
    public static final int OUTBOUND_BLOCK_RELAY = 2;
    public static final int MANUAL = 8;
    public static final int FEELERS = 1;

    /** Nodes remembered over a restart to begin with. */
    public static final int ANCHORS = 2;

    /** Longest address that BIP-0155 allows, in bytes. */
    public static final int ADDRESS_BYTES = 512;

    /** Mean wait before one more node is asked for blocks alone, for a short time. */
    public static final long EXTRA_BLOCK_RELAY_MILLIS = 300_000;

    /** Mean wait before a link is opened into a network that we have none in. */
    public static final long EXTRA_NETWORK_MILLIS = 300_000;

    /** Addresses taken from one answer about a name. */
    public static final int ADDRESSES_PER_NAME = 32;

    /** Names of hosts asked for addresses that wait for their turn. */
    public static final int SEED_NODES = 1_000;

    /** Links being opened at once. */
    public static final int CONNECTING = 8;

    public static final long CONNECT_TIMEOUT_MILLIS = 5_000;

    /** How long a proxy may take to open a connection; Tor may have to build a circuit. */
    public static final long PROXY_MILLIS = 20_000;

    /** Longest line, and most lines in a reply, that Tor's control port may send. */
    public static final int TOR_LINE_BYTES = 100_000;

    public static final int TOR_REPLY_LINES = 100;

    /** First and longest wait before Tor's control port is tried again. */
    public static final long TOR_RETRY_FIRST_MILLIS = 1_000;

    public static final long TOR_RETRY_LONGEST_MILLIS = 600_000;

    /** Wait between two attempts of the connection policy. */
    public static final long ATTEMPT_INTERVAL_MILLIS = 500;

    /** How often the policy looks while it has all the links that it wants. */
    public static final long RESTING_INTERVAL_MILLIS = 10_000;

    public static final long FEELER_INTERVAL_MILLIS = 120_000;

    /** First and longest wait before somebody is asked for addresses while the book has nobody left to connect to. */
    public static final long FETCH_FIRST_MILLIS = 15_000;

    public static final long FETCH_LONGEST_MILLIS = 60 * 60_000;

    /** Addresses looked at in one search for somebody to connect to. */
    public static final int CANDIDATES_PER_ATTEMPT = 100;

    /** First and longest wait before an address that failed is tried again. */
    public static final long RETRY_FIRST_MILLIS = 1_000;

    public static final long RETRY_LONGEST_MILLIS = 60_000;

    /** Hosts that misbehaved and are remembered for it, the oldest forgotten first. */
    public static final int DISCOURAGED = 50_000;

    /** Nodes to connect to that the operator may name. */
    public static final int ADDED_NODES = 1_000;

    /** Parts of the network whose word about our own address is remembered. */
    public static final int ADDRESS_VOTES = 64;

    public static final long ADDRESS_VOTE_MILLIS = 24 * 60 * 60_000L;

    /** How many of them must agree about it. */
    public static final int ADDRESS_AGREEMENT = 3;

    /** Addresses of ours for which gateways are asked for a port. */
    public static final int PORT_MAPPINGS = 8;

    /** Work that a peer may have us do, in units of about a microsecond of one core: at once, and lastingly. */
    public static final long WORK_BURST = 2_000_000;

    public static final long WORK_PER_SECOND = 200_000;

    /** How long an empty budget takes to fill. */
    public static final long WORK_FULL_MILLIS = 2 * WORK_BURST * 1000 / WORK_PER_SECOND;

    /** Wait between two looks at peers whose budget is spent. */
    public static final long WORK_REFILL_MILLIS = 100;

    private Limits() {}
}
