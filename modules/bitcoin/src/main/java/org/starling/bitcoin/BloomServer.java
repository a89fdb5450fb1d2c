package org.starling.bitcoin;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.starling.bitcoin.message.BloomMessage;
import org.starling.bitcoin.message.FilterAdd;
import org.starling.bitcoin.message.FilterClear;
import org.starling.bitcoin.message.FilterLoad;
import org.starling.bitcoin.message.MerkleBlock;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.Script;

/**
 * Filters transactions and blocks for peers that ask for it (BIP-0037), if the operator wants to do that work for
 * strangers; who asks although it was not offered is dropped (BIP-0111).
 */
final class BloomServer {
    private final Peers peers;

    BloomServer(Peers peers) {
        this.peers = peers;
    }

    void received(long now, Peer peer, BloomMessage message) {
        if (message instanceof MerkleBlock) {
            peers.debug("Unrequested merkleblock from " + peer);
        } else if ((peers.ourServices(peer) & Services.BLOOM) == 0) {
            peers.drop(now, peer, message.type() + " received despite not offering bloom services");
        } else {
            handle(now, peer, message);
        }
    }

    private void handle(long now, Peer peer, BloomMessage message) {
        switch (message) {
            case FilterLoad load -> {
                if (!BloomFilter.isAllowed(load)) {
                    peers.misbehaving(now, peer, "too-large bloom filter");
                } else if (peer.relaysTransactions()) {
                    peer.bloomFilter = BloomFilter.of(load);
                    peer.wantsTransactions = true;
                }
            }
            case FilterAdd add -> {
                BloomFilter filter = peer.bloomFilter;
                if (add.element().length() > Script.MAX_ELEMENT_BYTES || peer.relaysTransactions() && filter == null) {
                    peers.misbehaving(now, peer, "bad filteradd message");
                } else if (filter != null) {
                    filter.add(add.element());
                }
            }
            case FilterClear _ -> {
                peer.bloomFilter = null;
                peer.wantsTransactions = peer.relaysTransactions();
            }
            case MerkleBlock _ -> throw new AssertionError("handled before");
        }
    }

    /** Whether the peer wants to hear of the transaction. */
    static boolean wants(Peer peer, Transaction transaction) {
        return peer.bloomFilter == null || peer.bloomFilter.matches(transaction);
    }

    /** Sends what of the block passes the peer's filter: the proof first, then the transactions. */
    void send(long now, Peer peer, Block block) {
        BloomFilter filter = peer.bloomFilter;
        if (filter == null) {
            return; // taken back while the block was read
        }
        List<Transaction> matching =
                block.transactions().stream().filter(filter::matches).toList();
        Set<Hash256> txids = new HashSet<>();
        matching.forEach(transaction -> txids.add(transaction.txid()));
        peers.send(now, peer, MerkleBlock.of(block, txids));
        matching.forEach(transaction -> peers.send(now, peer, new TxMessage(transaction, false)));
    }
}
