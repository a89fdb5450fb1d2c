package org.starling.node;

import java.util.ArrayList;
import java.util.List;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.ByteReader;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Transaction;
import org.starling.engine.KnownAddress;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.observatory.Operators;
import org.starling.observatory.Report;
import org.starling.observatory.Sightings;
import org.starling.world.SeededRandomness;
import org.starling.world.StorageException;

/** Looks at the network from a node: its links, its address book, and the last blocks. */
public final class NodeObservation {
    /** Blocks looked at if nothing else is said: those of a day. */
    public static final int BLOCKS = 144;

    /** Most blocks looked at: those of two weeks. */
    public static final int MOST_BLOCKS = 2_016;

    /** The intervals of equal samples are equal: what changes between two looks is the network. */
    private static final long SEED = 1;

    private NodeObservation() {}

    /** What a node's core lane knows; asked for in one go. */
    private record Around(List<PeerInfo> peers, List<NetAddress> known) {}

    /**
     * Reads the last blocks and counts; takes up to seconds. For any thread but the node's own.
     *
     * @param blocks how many blocks count at most; fewer if the chain is shorter or they are pruned
     */
    public static Report of(Node node, int blocks) {
        Around around = node.core(() -> new Around(
                node.peers().peers(node.clock().millis()).stream()
                        .filter(PeerInfo::handshakeComplete)
                        .toList(),
                node.addressBook().entries().stream().map(KnownAddress::address).toList()));
        Sightings seen = new Sightings(
                around.peers().stream().map(PeerInfo::address).toList(),
                around.peers().stream()
                        .filter(peer -> isLasting(peer.kind()))
                        .map(PeerInfo::address)
                        .toList(),
                around.known(),
                around.peers().stream().map(PeerInfo::userAgent).toList(),
                coinbases(node, blocks));
        Operators operators = new Operators(node.config().connections().routability());
        return Report.of(seen, operators, new SeededRandomness(SEED));
    }

    /** Whether the link is one of those that we opened to hear from. */
    private static boolean isLasting(LinkKind kind) {
        return switch (kind) {
            case OUTBOUND_FULL_RELAY, BLOCK_RELAY, MANUAL -> true;
            case INBOUND, FEELER, ADDR_FETCH -> false;
        };
    }

    private static List<Transaction> coinbases(Node node, int blocks) {
        List<Transaction> coinbases = new ArrayList<>();
        BlockEntry at = node.headers().tip();
        // What genesis paid says nothing of who mines.
        while (at != null && at.height() > 0 && at.hasBlock() && coinbases.size() < Math.min(blocks, MOST_BLOCKS)) {
            try {
                ByteReader reader = node.chain().readRawBlock(at).reader();
                BlockHeader _ = BlockHeader.read(reader);
                int _ = reader.compactSize();
                coinbases.add(Transaction.read(reader));
            } catch (IllegalStateException e) {
                break; // pruned meanwhile
            } catch (MalformedException e) {
                throw new StorageException("Block " + at + " is damaged on disk: " + e.getMessage(), e);
            }
            at = at.previous();
        }
        return coinbases;
    }
}
