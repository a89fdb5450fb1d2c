package org.starling.node;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.FilterQuery;
import org.starling.bitcoin.PackageVerdict;
import org.starling.bitcoin.PeerManager;
import org.starling.bitcoin.Validation;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.Acceptance;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Feerate;
import org.starling.mempool.Mempool;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.PackageOutcome;
import org.starling.mempool.RemovalReason;
import org.starling.world.Lane;
import org.starling.world.StorageException;

/**
 * Carries questions of the peers' code to chain and mempool, and verdicts and events back. Each question becomes a task
 * on the validation lane; each answer a task on the core lane, in the order of the questions.
 */
final class ValidationDesk implements Validation, ChainListener, MempoolListener {
    private static final Logger LOG = LoggerFactory.getLogger(ValidationDesk.class);

    private final Chain chain;
    private final Mempool mempool;
    private final NodeClock clock;
    private final Lane validation;
    private final Lane disk;
    private final FilterDesk filters;
    private final Consumer<Consumer<PeerManager>> toPeers;
    private boolean judgingForPeer;
    private boolean catchingUp;

    /** @param toPeers runs a task with the peers on the core lane */
    ValidationDesk(
            Chain chain,
            Mempool mempool,
            NodeClock clock,
            Lane validation,
            Lane disk,
            FilterDesk filters,
            Consumer<Consumer<PeerManager>> toPeers) {
        this.chain = chain;
        this.mempool = mempool;
        this.clock = clock;
        this.validation = validation;
        this.disk = disk;
        this.filters = filters;
        this.toPeers = toPeers;
    }

    // Questions, asked on the core lane

    @Override
    public void headers(long peer, List<BlockHeader> headers) {
        validation.execute(() -> {
            Acceptance acceptance = chain.acceptHeaders(headers, clock.seconds(), true);
            BlockEntry last;
            Rejection fault;
            switch (acceptance) {
                case Acceptance.Accepted(BlockEntry entry, boolean fresh) -> {
                    last = entry;
                    fault = null;
                }
                case Acceptance.Refused(Rejection rejection) -> {
                    last = lastAccepted(headers);
                    fault = rejection;
                }
            }
            BlockEntry lastKnown = last;
            Rejection found = fault;
            toPeers.accept(peers -> peers.headersJudged(clock.millis(), peer, headers, lastKnown, found));
        });
    }

    private @Nullable BlockEntry lastAccepted(List<BlockHeader> headers) {
        BlockEntry last = null;
        for (BlockHeader header : headers) {
            BlockEntry entry = chain.tree().find(header.hash());
            if (entry == null || entry.isInvalid()) {
                break;
            }
            last = entry;
        }
        return last;
    }

    @Override
    public void block(long peer, Block block, boolean requested) {
        validation.execute(() -> {
            boolean workChecked = requested || hasMinimumWork(block.header());
            Acceptance acceptance = chain.acceptBlock(block, requested, clock.seconds(), workChecked);
            if (acceptance instanceof Acceptance.Accepted(BlockEntry entry, boolean fresh) && fresh) {
                tellAhead(entry, block);
            } else if (acceptance instanceof Acceptance.Refused(Rejection rejection)) {
                LOG.info("AcceptBlock FAILED ({})", rejection);
            }
            // First the effect, then the verdict: what the peer says next is answered on the new tip.
            activate();
            toPeers.accept(peers -> tell(peers, peer, block.hash(), acceptance));
        });
    }

    private void tell(PeerManager peers, long peer, Hash256 hash, Acceptance acceptance) {
        switch (acceptance) {
            case Acceptance.Accepted(BlockEntry entry, boolean fresh) ->
                peers.blockJudged(clock.millis(), peer, hash, fresh, null);
            case Acceptance.Refused(Rejection rejection) ->
                peers.blockJudged(clock.millis(), peer, hash, false, rejection);
        }
    }

    /**
     * Goes towards the best chain, on the validation lane. If that is far away, it takes further tasks, between which
     * those of others come.
     */
    void activate() {
        if (!catchingUp) {
            proceed();
        }
    }

    private void proceed() {
        catchingUp = chain.activateSome();
        if (catchingUp) {
            validation.execute(this::proceed);
        }
    }

    private void tellAhead(BlockEntry entry, Block block) {
        if (entry.previous() == chain.tree().tip()) {
            toPeers.accept(peers -> peers.blockPlausible(clock.millis(), entry, block));
        }
    }

    /** Whether the chain up to this block has the work that the best chain must have at least. */
    private boolean hasMinimumWork(BlockHeader header) {
        BlockEntry previous = chain.tree().find(header.previous());
        if (previous == null) {
            return true; // refused for that
        }
        ChainWork work =
                previous.chainWork().plus(Target.fromBits(header.bits()).work());
        return work.compareTo(chain.params().minimumChainWork()) >= 0;
    }

    @Override
    public void transaction(long peer, Transaction transaction) {
        validation.execute(() -> {
            judgingForPeer = true;
            AcceptResult result = mempool.accept(transaction, clock.seconds());
            judgingForPeer = false;
            Rejection fault = switch (result) {
                case AcceptResult.Accepted accepted -> null;
                case AcceptResult.Rejected rejected -> rejected.rejection();
                case AcceptResult.MissingInputs missing -> missing.rejection();
            };
            toPeers.accept(peers -> peers.transactionJudged(clock.millis(), peer, transaction, fault));
        });
    }

    @Override
    public void packageOf(long peer, Transaction parent, Transaction child) {
        validation.execute(() -> {
            judgingForPeer = true;
            PackageOutcome outcome = mempool.submitPackage(List.of(parent, child), null, clock.seconds());
            judgingForPeer = false;
            PackageVerdict verdict = verdict(outcome);
            toPeers.accept(peers -> peers.packageJudged(clock.millis(), peer, parent, child, verdict));
        });
    }

    private static PackageVerdict verdict(PackageOutcome outcome) {
        Set<Hash256> taken = new HashSet<>();
        Map<Hash256, Rejection> refused = new HashMap<>();
        outcome.members().forEach((wtxid, member) -> {
            switch (member) {
                case PackageOutcome.Member.Taken in -> taken.add(wtxid);
                case PackageOutcome.Member.Refused(Rejection fault) -> refused.put(wtxid, fault);
                case PackageOutcome.Member.Known known -> {}
                case PackageOutcome.Member.OtherWitness other -> {}
            }
        });
        return new PackageVerdict(taken, refused);
    }

    @Override
    public void readBlock(long peer, BlockEntry entry, boolean withWitness) {
        disk.execute(() -> {
            Bytes block = entry.hasBlock() ? read(entry, withWitness) : null;
            toPeers.accept(peers -> peers.blockRead(clock.millis(), peer, entry.hash(), block));
        });
    }

    @Override
    public void readFilters(long peer, FilterQuery query) {
        disk.execute(() -> {
            List<FilterMessage> answers = filters.answer(query);
            toPeers.accept(peers -> peers.filtersRead(clock.millis(), peer, answers));
        });
    }

    private @Nullable Bytes read(BlockEntry entry, boolean withWitness) {
        try {
            Bytes serialized = chain.readRawBlock(entry);
            return withWitness ? serialized : stripped(Block.parse(serialized));
        } catch (IllegalStateException | StorageException e) {
            if (!entry.hasBlock()) {
                return null; // pruned since it was asked for
            }
            throw e;
        } catch (MalformedException e) {
            throw new StorageException("Block " + entry + " is damaged on disk: " + e.getMessage(), e);
        }
    }

    /** The block as it was before BIP-0144. */
    private static Bytes stripped(Block block) {
        ByteWriter writer = new ByteWriter(block.strippedLength());
        block.header().write(writer);
        writer.compactSize(block.transactions().size());
        block.transactions().forEach(transaction -> writer.bytes(transaction.stripped()));
        return writer.toBytes();
    }

    // Events, told on the validation lane

    @Override
    public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
        toPeers.accept(peers -> peers.blockConnected(clock.millis(), block));
    }

    @Override
    public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
        toPeers.accept(PeerManager::blockDisconnected);
    }

    @Override
    public void chainChanged(BlockEntry tip, BlockEntry fork) {
        toPeers.accept(peers -> peers.chainChanged(clock.millis(), tip, fork));
    }

    @Override
    public void blockRejected(BlockEntry entry, Rejection rejection) {
        toPeers.accept(peers -> peers.blockRejected(clock.millis(), entry.hash(), rejection));
    }

    @Override
    public void added(Transaction transaction, long sequence) {
        // Of what a peer sent, the verdict tells.
        if (!judgingForPeer) {
            toPeers.accept(peers -> peers.transactionAdded(clock.millis(), transaction));
        }
    }

    @Override
    public void removed(Transaction transaction, RemovalReason reason, long sequence) {
        if (reason == RemovalReason.REPLACED) {
            toPeers.accept(peers -> peers.transactionReplaced(transaction));
        }
    }

    @Override
    public void removedUnfetched(Hash256 txid) {
        LoggerFactory.getLogger("mempool")
                .debug("Removed {} from set of unbroadcast txns before confirmation that txn was sent out", txid);
    }

    @Override
    public void minimumFeeRaised(Feerate minimum) {
        LoggerFactory.getLogger("mempool").debug("The mempool is full; rolling minimum fee bumped to {}", minimum);
    }
}
