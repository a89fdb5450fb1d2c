package org.starling.bitcoin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.WorkBudget;
import org.starling.world.Randomness;

/**
 * What is known of a peer. Each group of fields belongs to the class that it names; all are of the core thread. Times in
 * milliseconds since 1970, 0 for never or at once.
 */
final class Peer {
    final Link link;

    // Handshake
    final long ourNonce;

    @Nullable
    Version version;

    boolean versionSent;
    boolean verackReceived;
    boolean wtxidRelay;
    boolean wantsAddrV2;
    boolean prefersHeaders;
    boolean sentSendHeaders;

    @Nullable
    NetAddress localAsSeen;

    // Liveness
    long pingNonce;
    long pingSentMillis;
    long pingDueMillis;
    long pingMillis = -1;
    /** Where {@link Peers} keeps it; -1 when it is gone. */
    int slot = -1;

    long minPingMillis = -1;

    // PeerManager: jobs that validation has not answered, and a message that waits for them
    int headersInValidation;
    int blocksInValidation;
    int transactionsInValidation;

    @Nullable
    Message held;

    // WorkMeter
    final WorkBudget work = new WorkBudget();

    /** Its budget is spent: what it says next is not read. */
    boolean overworked;

    // HeaderSync
    boolean preferredDownload;
    boolean syncStarted;
    boolean askedBeforeSync;
    long headersTimeoutMillis = Long.MAX_VALUE;
    long lastGetHeadersMillis;

    @Nullable
    HeaderPresync presync;

    @Nullable
    BlockEntry bestKnown;

    @Nullable
    Hash256 lastUnknownHash;

    @Nullable
    BlockEntry bestHeaderSent;

    long chainSyncDeadlineMillis;

    @Nullable
    BlockEntry chainSyncTarget;

    boolean chainSyncAsked;

    /** When it announced a block that had more work than our tip. */
    long lastAnnouncementMillis;

    boolean protectedFromEviction;

    // BlockDownload
    final LinkedHashMap<Hash256, BlockEntry> blocksInFlight = new LinkedHashMap<>();

    @Nullable
    BlockEntry lastCommon;

    long stallingSinceMillis;
    long downloadingSinceMillis;
    long lastBlockMillis;

    // CompactBlocks
    final LinkedHashMap<Hash256, PartialBlock> partials = new LinkedHashMap<>();
    boolean takesCompactBlocks;
    boolean wantsCompactAnnouncements;
    boolean announcesCompactBlocks;

    @Nullable
    CompactBlock compactInValidation;

    // BlockServer
    final ArrayDeque<InventoryItem> requests = new ArrayDeque<>();

    /** In what form a block is being read for the peer; null if none is. */
    BlockServer.@Nullable Reading reading;

    @Nullable
    Hash256 continuation;

    // FilterServer: what is still to be sent, and whether a part of it is being read
    @Nullable
    FilterQuery filterQuery;

    boolean readingFilters;

    // BloomServer
    @Nullable
    BloomFilter bloomFilter;

    List<Hash256> blocksToAnnounce = new ArrayList<>();

    // TransactionRelay
    boolean wantsTransactions;
    /** The number of the first {@link News} that came after it. */
    final long firstNews;

    /** A small number that no other peer has now. */
    int mark = -1;

    final ArrayList<News> toAnnounce = new ArrayList<>();
    final LinkedHashSet<Hash256> orphanWork = new LinkedHashSet<>();
    boolean sendMempool;
    long toldSequence;
    long nextTrickleMillis;
    long feeFilterReceived;
    long feeFilterSent;
    long nextFeeFilterMillis;
    long lastTransactionMillis;

    // AddressRelay
    boolean addressRelay;
    boolean getAddrSent;
    boolean getAddrReceived;
    final ArrayList<TimedAddress> addressesToSend = new ArrayList<>();
    final RecentHashes knownAddresses;
    double addressTokens = 1;
    long addressTokensMillis;
    long nextAddressMillis;
    long nextLocalAddressMillis;
    long addressesProcessed;
    long addressesRateLimited;

    Peer(Link link, long ourNonce, long firstNews, Randomness random) {
        this.link = link;
        this.ourNonce = ourNonce;
        this.firstNews = firstNews;
        this.knownAddresses = new RecentHashes(BitcoinLimits.KNOWN_ADDRESSES, random);
        this.addressTokensMillis = link.openedMillis();
    }

    long id() {
        return link.id();
    }

    /** Whether both sides have said who they are. */
    boolean isReady() {
        return verackReceived && slot >= 0;
    }

    long services() {
        return version == null ? 0 : version.services();
    }

    /** The protocol version that both sides speak. */
    int commonVersion() {
        return version == null ? 0 : Math.min(version.version(), BitcoinLimits.PROTOCOL_VERSION);
    }

    boolean servesBlocks() {
        return Services.servesBlocks(services());
    }

    boolean servesWitnesses() {
        return (services() & Services.WITNESS) != 0;
    }

    /** Whether transactions go over this link at all. */
    boolean relaysTransactions() {
        LinkKind kind = link.kind();
        return kind != LinkKind.BLOCK_RELAY && kind != LinkKind.FEELER && kind != LinkKind.ADDR_FETCH;
    }

    boolean isWaitingForValidation() {
        return headersInValidation + blocksInValidation + transactionsInValidation > 0;
    }

    @Override
    public String toString() {
        return "peer=" + id();
    }
}
