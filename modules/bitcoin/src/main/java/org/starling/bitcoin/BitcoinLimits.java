package org.starling.bitcoin;

/**
 * Everything that a Bitcoin peer can make us hold or do, and how much of it; those of any peer protocol are in
 * {@link org.starling.engine.Limits}. Times in milliseconds.
 */
public final class BitcoinLimits {
    // Handshake and liveness.
    public static final int PROTOCOL_VERSION = 70016;

    /** Nodes older than this are not talked to. */
    public static final int OLDEST_VERSION = 31800;

    public static final long HANDSHAKE_TIMEOUT_MILLIS = 60_000;
    public static final long INACTIVITY_TIMEOUT_MILLIS = 20 * 60_000;
    public static final long PING_INTERVAL_MILLIS = 2 * 60_000;

    /** How long a peer that was only asked for addresses is kept. */
    public static final long ADDR_FETCH_MILLIS = 5 * 60_000;

    // Messages.
    public static final int INV_ITEMS = 50_000;
    public static final int HEADERS = 2_000;
    public static final int LOCATOR_HASHES = 101;
    public static final int ADDRESSES = 1_000;
    public static final int GETBLOCKS_HASHES = 500;

    /** Blocks of one peer that validation has not judged yet; its other messages wait meanwhile. */
    public static final int BLOCKS_IN_VALIDATION = 4;

    /** Transactions of one peer that validation has not judged yet. */
    public static final int TRANSACTIONS_IN_VALIDATION = 16;

    // Work that messages cost, in units of about a microsecond of one core.
    public static final long WORK_MESSAGE = 10;

    /** Each header, address or inventory item in a message. */
    public static final long WORK_ITEM = 2;

    /** Looking for where a peer's chain leaves ours, or choosing addresses for it. */
    public static final long WORK_LOCATOR = 500;

    /** Finding a block on the disk. */
    public static final long WORK_BLOCK = 40;

    /** Reading 1,024 bytes of a block and sending them as they are. */
    public static final long WORK_KIB_COPIED = 2;

    /** Taking 1,024 bytes of a block apart, or taking them in unasked. */
    public static final long WORK_KIB_EXAMINED = 20;

    /** Putting a compact block together from what the mempool has. */
    public static final long WORK_RECONSTRUCTION = 2_000;

    /** Reading the filters of many blocks. */
    public static final long WORK_FILTERS = 10_000;

    /** Listing the whole mempool. */
    public static final long WORK_MEMPOOL = 50_000;

    /** A signature that was checked for nothing. */
    public static final long WORK_SIGNATURE = 60;

    // Headers and blocks.
    public static final long HEADERS_RESPONSE_MILLIS = 2 * 60_000;
    public static final long HEADERS_TIMEOUT_BASE_MILLIS = 15 * 60_000;
    public static final long HEADERS_TIMEOUT_PER_HEADER_MILLIS = 1;

    /** An outbound peer whose chain has less work than ours for so long must show a better one, or goes. */
    public static final long CHAIN_SYNC_TIMEOUT_MILLIS = 20 * 60_000;

    /** Outbound peers with a good chain that are never dropped for a worse one later. */
    public static final int PROTECTED_OUTBOUND = 4;

    /** How far beyond the last common block blocks are asked for. */
    public static final int BLOCK_DOWNLOAD_WINDOW = 1024;

    public static final int BLOCKS_IN_FLIGHT_PER_PEER = 16;
    public static final long BLOCK_STALLING_MILLIS = 2_000;
    public static final long BLOCK_STALLING_LONGEST_MILLIS = 64_000;

    /** Wait for a block, as a share of the time between blocks, and what each other busy peer adds. */
    public static final double BLOCK_TIMEOUT_BASE = 1;

    public static final double BLOCK_TIMEOUT_PER_PEER = 0.5;

    /** New blocks announced one by one; for more, only the last is. */
    public static final int BLOCKS_TO_ANNOUNCE = 8;

    /** Blocks not on the active chain are served only if they are younger than this. */
    public static final long STALE_BLOCK_SECONDS = 30L * 24 * 60 * 60;

    /** Blocks a node that prunes promises to have. */
    public static final int LIMITED_BLOCKS = 288;

    /** A node that prunes is worth an outbound slot while we are not further behind than this, in blocks. */
    public static final int LIMITED_BLOCKS_TO_CONNECT = 144;

    /** Senders of blocks remembered until the block is judged. */
    public static final int BLOCK_SOURCES = 4096;

    /** Peers of this version and later may know compact blocks. */
    public static final int OLDEST_WITH_COMPACT_BLOCKS = 70014;

    /** Peers asked to send new blocks in compact form, unannounced. */
    public static final int COMPACT_ANNOUNCERS = 3;

    /** Peers of which one block is awaited in compact form. */
    public static final int COMPACT_BLOCKS_IN_FLIGHT = 3;

    /** Bytes of transactions beside the coinbase that are given in full in a compact block. */
    public static final int PREFILLED_BYTES = 10_000;

    /** Blocks of which it is remembered what to give in full. */
    public static final int SURPRISING_BLOCKS = 4;

    /** How far below the tip a block is served in compact form, and single transactions of it. */
    public static final int COMPACT_BLOCK_DEPTH = 5;

    public static final int BLOCK_TRANSACTIONS_DEPTH = 10;

    /** Transactions kept for compact blocks though they are not in the mempool, and how long each may be. */
    public static final int EXTRA_TRANSACTIONS = 100;

    public static final int EXTRA_TRANSACTION_BYTES = 100_000;

    /** Most filters of blocks that one request names, and most hashes of filters. */
    public static final int FILTERS = 1_000;

    public static final int FILTER_HASHES = 2_000;

    /** Blocks between the filter headers that are checkpoints. */
    public static final int FILTER_CHECKPOINT_INTERVAL = 1_000;

    /** Filters read and put in line for a peer before its link is looked at again: of full blocks some 20 kB each. */
    public static final int FILTERS_READ_AT_ONCE = 20;

    /** Size of a peer's Bloom filter, and how much work each look into it is (BIP-0037). */
    public static final int BLOOM_FILTER_BYTES = 36_000;

    public static final int BLOOM_HASH_FUNCTIONS = 50;

    // Transactions.
    public static final int TX_ANNOUNCEMENTS_PER_PEER = 5_000;
    public static final int TX_IN_FLIGHT_PER_PEER = 100;
    public static final long TX_TXID_DELAY_MILLIS = 2_000;
    public static final long TX_NONPREFERRED_DELAY_MILLIS = 2_000;
    public static final long TX_OVERLOADED_DELAY_MILLIS = 2_000;
    public static final long TX_REQUEST_TIMEOUT_MILLIS = 60_000;

    /** Items of a getdata that we send. */
    public static final int GETDATA_ITEMS = 1_000;

    /** Orphans kept, unless an operator says otherwise; peers share the room as {@link Orphanage} says. */
    public static final int ORPHANS = 100;

    public static final long ORPHAN_BYTES = 10_000_000;
    public static final int ORPHAN_WEIGHT = 400_000;
    public static final long ORPHAN_EXPIRY_MILLIS = 20 * 60_000;
    public static final int RECENT_REJECTS = 120_000;
    public static final int RECENT_CONFIRMED = 48_000;

    /** Transactions of the mempool of which we remember, for all peers together, which of them know them. */
    public static final int RECENT_NEWS = 100_000;

    /** Addresses remembered per peer as known to it. */
    public static final int KNOWN_ADDRESSES = 5_000;

    public static final long INBOUND_TRICKLE_MILLIS = 5_000;
    public static final long OUTBOUND_TRICKLE_MILLIS = 2_000;

    /** Transactions announced in one trickle when there are few, and at most. */
    public static final int TRICKLE_ITEMS = 35;

    public static final int TRICKLE_MOST_ITEMS = 1_000;

    /** Transactions waiting to be announced to one peer; beyond it the peer learns of them from others. */
    public static final int TO_ANNOUNCE = 50_000;

    public static final long FEE_FILTER_INTERVAL_MILLIS = 10 * 60_000;
    public static final long FEE_FILTER_CHANGE_MILLIS = 5 * 60_000;

    // Addresses.
    public static final long LOCAL_ADDRESS_INTERVAL_MILLIS = 24 * 60 * 60_000;

    /** The same in a private network on one machine, where nobody has to be protected from being followed. */
    static final long ADDRESS_INTERVAL_SMALL_NETWORK_MILLIS = 200;

    public static final long ADDRESS_INTERVAL_MILLIS = 30_000;
    public static final double ADDRESSES_PER_SECOND = 0.1;
    public static final int ADDRESS_PERCENT = 23;

    /** How long the same addresses are told to all who ask, at least and how much more at most. */
    public static final long ADDRESS_ANSWER_MILLIS = 21 * 60 * 60_000;

    public static final long ADDRESS_ANSWER_SPREAD_MILLIS = 6 * 60 * 60_000;

    /** Answers kept: one for each of our addresses and each network. */
    public static final int ADDRESS_ANSWERS = 64;

    public static final long ADDRESS_PENALTY_SECONDS = 2 * 60 * 60;

    /** How often the links that we chose are looked over. */
    public static final long EXTRA_PEER_CHECK_MILLIS = 45_000;

    public static final long STALE_CHECK_MILLIS = 10 * 60_000;

    /** No new tip for as long as so many blocks should take is suspicious. */
    public static final int STALE_TIP_BLOCKS = 3;

    /** A link is not judged earlier. */
    public static final long MINIMUM_CONNECT_MILLIS = 30_000;

    /** Blocks older than the best header by more than this, in seconds, are not sent once a limited upload runs short. */
    public static final long HISTORICAL_BLOCK_SECONDS = 7 * 24 * 60 * 60;

    /** What is kept of a limited upload for each ten minutes that are left of the day: a block of any size. */
    public static final long KEPT_UPLOAD_BYTES = 4_000_000;

    private BitcoinLimits() {}
}
