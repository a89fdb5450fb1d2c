package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.Addr;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.BlockTransactions;
import org.starling.bitcoin.message.BloomMessage;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.FeeFilter;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bitcoin.message.GetAddr;
import org.starling.bitcoin.message.GetBlockTransactions;
import org.starling.bitcoin.message.GetBlocks;
import org.starling.bitcoin.message.GetCFilters;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Mempool;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.NotFound;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.SendCompact;
import org.starling.bitcoin.message.SendHeaders;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Unknown;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.engine.Limits;
import org.starling.engine.Permission;
import org.starling.engine.WorkBudget;

/**
 * What peers have us do, in units of work ({@link WorkBudget}). A peer whose budget is spent waits, in its own socket; what
 * we asked for ourselves (blocks, transactions that turn out to be good) costs it next to nothing. Time is the world's:
 * a clock that an operator has stopped keeps nobody waiting.
 */
final class WorkMeter {
    private final Peers peers;

    /** Those whose budget was spent when we last looked, in the order in which that happened. */
    private final ArrayList<Peer> waiting = new ArrayList<>();

    private long worldMillis;
    private long lookedMillis;

    WorkMeter(Peers peers) {
        this.peers = peers;
    }

    void spend(Peer peer, long cost) {
        if (!peer.link.has(Permission.NOBAN)) {
            peer.work.spend(worldMillis, cost);
            if (!peer.overworked && peer.work.isSpent(worldMillis)) {
                peer.overworked = true;
                waiting.add(peer);
                peers.debug("has asked for too much work and waits: " + peer);
            }
        }
    }

    /** What taking in a message costs; what it asks for beyond that is counted as it is done. */
    void spend(Peer peer, Message message) {
        spend(
                peer,
                switch (message) {
                    case Addr addr -> items(addr.addresses().size());
                    case AddrV2 addr -> items(addr.addresses().size());
                    case Inv inv -> items(inv.items().size());
                    case GetData getData -> items(getData.items().size());
                    case NotFound notFound -> items(notFound.items().size());
                    case Headers headers -> items(headers.headers().size());
                    case GetHeaders getHeaders -> BitcoinLimits.WORK_LOCATOR;
                    case GetBlocks getBlocks -> BitcoinLimits.WORK_LOCATOR;
                    case GetAddr getAddr -> BitcoinLimits.WORK_LOCATOR;
                    case Mempool mempool -> BitcoinLimits.WORK_MEMPOOL;
                    case BlockMessage block -> block(peer, block);
                    case CompactBlock block -> BitcoinLimits.WORK_RECONSTRUCTION;
                    case BlockTransactions transactions -> BitcoinLimits.WORK_RECONSTRUCTION;
                    case GetBlockTransactions request -> BitcoinLimits.WORK_LOCATOR;
                    case GetCFilters filters -> BitcoinLimits.WORK_FILTERS;
                    case FilterMessage filters -> BitcoinLimits.WORK_RECONSTRUCTION;
                    case BloomMessage bloom -> BitcoinLimits.WORK_LOCATOR;
                    case TxMessage transaction -> BitcoinLimits.WORK_MESSAGE;
                    case Ping ping -> BitcoinLimits.WORK_MESSAGE;
                    case Pong pong -> BitcoinLimits.WORK_MESSAGE;
                    case FeeFilter feeFilter -> BitcoinLimits.WORK_MESSAGE;
                    case SendHeaders sendHeaders -> BitcoinLimits.WORK_MESSAGE;
                    case SendCompact sendCompact -> BitcoinLimits.WORK_MESSAGE;
                    case SendAddrV2 sendAddrV2 -> BitcoinLimits.WORK_MESSAGE;
                    case WtxidRelay wtxidRelay -> BitcoinLimits.WORK_MESSAGE;
                    case Version version -> BitcoinLimits.WORK_MESSAGE;
                    case Verack verack -> BitcoinLimits.WORK_MESSAGE;
                    case Unknown unknown -> BitcoinLimits.WORK_MESSAGE;
                });
    }

    private static long items(int count) {
        return BitcoinLimits.WORK_MESSAGE + BitcoinLimits.WORK_ITEM * count;
    }

    /** While we await blocks from a peer, those that it sends cost it next to nothing. */
    private static long block(Peer peer, BlockMessage block) {
        return peer.blocksInFlight.isEmpty()
                ? BitcoinLimits.WORK_BLOCK
                        + BitcoinLimits.WORK_KIB_EXAMINED * block.serialized().length() / 1024
                : BitcoinLimits.WORK_MESSAGE;
    }

    /** Something that was asked for is looked up. */
    void serve(Peer peer, InventoryItem item) {
        spend(peer, item.isBlock() ? BitcoinLimits.WORK_BLOCK : BitcoinLimits.WORK_MESSAGE);
    }

    /** A block was read for the peer; what is sent as it lies on the disk costs least. */
    void read(Peer peer, @Nullable Bytes block) {
        if (block != null) {
            boolean copied = peer.reading instanceof BlockServer.Reading.Whole
                    || peer.reading instanceof BlockServer.Reading.Stripped;
            long each = copied ? BitcoinLimits.WORK_KIB_COPIED : BitcoinLimits.WORK_KIB_EXAMINED;
            spend(peer, each * block.length() / 1024);
        }
    }

    /** A transaction was not taken; its signatures may have been checked for nothing. */
    void refused(Peer peer, Transaction transaction) {
        spend(peer, BitcoinLimits.WORK_SIGNATURE * (1 + transaction.inputs().size()));
    }

    /** The peer has gone. */
    void disconnected(Peer peer) {
        waiting.remove(peer);
    }

    /**
     * Notes the world's time, and tells of those who had to wait and need not any more. Returns when to call again by the
     * world's clock.
     */
    long refill(long worldNow, Consumer<Peer> ready) {
        worldMillis = worldNow;
        if (!waiting.isEmpty() && (worldNow - lookedMillis >= Limits.WORK_REFILL_MILLIS || worldNow < lookedMillis)) {
            lookedMillis = worldNow;
            for (Peer peer : List.copyOf(waiting)) {
                if (!peer.work.isSpent(worldNow)) {
                    waiting.remove(peer);
                    peer.overworked = false;
                    ready.accept(peer);
                }
            }
        }
        return waiting.isEmpty() ? Long.MAX_VALUE : lookedMillis + Limits.WORK_REFILL_MILLIS;
    }
}
