package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.RemovalReason;
import org.starling.mempool.fees.FeeEstimate;
import org.starling.wallet.spend.MempoolFacts;
import org.starling.world.SeededRandomness;

/**
 * A chain and a mempool as far as wallets see them: blocks without work, every transaction taken. What it tells its wallets
 * it could have told by the node; what it knows of all coins, the tests compare with what the wallets believe.
 */
public final class WalletWorld implements MempoolFacts {
    public static final ChainParams CHAIN = ChainParams.regtest();

    private final List<Wallet> wallets = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Hash256, Transaction> mempool = new LinkedHashMap<>();
    private final SeededRandomness random;
    private Feerate estimate = new Feerate(2_000);
    private long now = 1_700_000_000;
    private int minted;

    public WalletWorld(long seed) {
        random = new SeededRandomness(seed);
        blocks.add(CHAIN.genesis());
    }

    public void add(Wallet wallet) {
        wallets.add(wallet);
        for (int height = 0; height < blocks.size(); height++) {
            wallet.blockConnected(blocks.get(height), point(height), locator(height), now, true);
        }
        mempool.values().forEach(transaction -> wallet.entered(transaction, now));
    }

    public void remove(Wallet wallet) {
        wallets.remove(wallet);
    }

    public SeededRandomness random() {
        return random;
    }

    public int height() {
        return blocks.size() - 1;
    }

    public long now() {
        return now;
    }

    public void estimate(Feerate rate) {
        estimate = rate;
    }

    private ChainPoint point(int height) {
        return new ChainPoint(
                blocks.get(height).hash(), height, 1_600_000_000L + height * 600L, 1_600_000_000L + height * 600L);
    }

    private List<Hash256> locator(int height) {
        return List.of(blocks.get(height).hash());
    }

    /** A transaction out of nothing that pays the script: what a stranger sends. */
    public Transaction gift(Bytes script, long value) {
        Transaction gift = fromNothing(++minted, script, value);
        send(gift);
        return gift;
    }

    /** As {@link #gift}, but nobody is told. */
    static Transaction paying(Bytes script, long value) {
        return fromNothing(0, script, value);
    }

    private static Transaction fromNothing(int number, Bytes script, long value) {
        OutPoint from = new OutPoint(Hash256.fromHex("%064x".formatted(0xabcdL + number)), 0);
        return Transaction.of(2, List.of(new TxIn(from, Bytes.EMPTY, -3)), List.of(new TxOut(value, script)), 0);
    }

    /** Puts a transaction in the mempool, in the place of those that spend the same and all that spend from those. */
    public void send(Transaction transaction) {
        List<Transaction> rivals = new ArrayList<>();
        for (Transaction other : mempool.values()) {
            boolean conflicts = other.inputs().stream()
                    .anyMatch(input -> transaction.inputs().stream()
                            .anyMatch(own -> own.previous().equals(input.previous())));
            if (conflicts && !other.txid().equals(transaction.txid())) {
                rivals.add(other);
            }
        }
        rivals.forEach(rival -> leave(rival, RemovalReason.REPLACED));
        mempool.put(transaction.txid(), transaction);
        wallets.forEach(wallet -> wallet.entered(transaction, now));
    }

    /** Takes a transaction, and what spends from it, out of the mempool. */
    public void leave(Transaction transaction, RemovalReason reason) {
        if (mempool.remove(transaction.txid()) == null) {
            return;
        }
        List.copyOf(mempool.values()).stream()
                .filter(other -> other.inputs().stream()
                        .anyMatch(input -> input.previous().txid().equals(transaction.txid())))
                .forEach(child -> leave(child, reason));
        wallets.forEach(wallet -> wallet.left(transaction, reason, now));
    }

    public List<Transaction> mempool() {
        return List.copyOf(mempool.values());
    }

    /** Mines all of the mempool, and what is given in the place of what conflicts with it; the coinbase pays the script. */
    public Block mine(Bytes reward, Transaction... further) {
        List<Transaction> transactions = new ArrayList<>();
        OutPoint nothing = OutPoint.NULL;
        Bytes tag = Bytes.fromHex("%016x".formatted(++minted * 1_000_003L));
        transactions.add(
                Transaction.of(1, List.of(new TxIn(nothing, tag, -1)), List.of(new TxOut(5_000_000_000L, reward)), 0));
        for (Transaction given : further) {
            List.copyOf(mempool.values()).stream()
                    .filter(other -> !other.txid().equals(given.txid()) && conflict(other, given))
                    .forEach(other -> leave(other, RemovalReason.CONFLICT));
            mempool.remove(given.txid());
            transactions.add(given);
        }
        transactions.addAll(mempool.values());
        List<Transaction> confirmed = List.copyOf(mempool.values());
        mempool.clear();
        now += 600;
        BlockHeader header = new BlockHeader(
                4, blocks.getLast().hash(), Hash256.fromHex("%064x".formatted(minted)), (int) now, 0x207fffff, minted);
        Block block = Block.of(header, transactions);
        blocks.add(block);
        confirmed.forEach(transaction -> wallets.forEach(wallet -> wallet.left(transaction, RemovalReason.BLOCK, now)));
        int height = height();
        wallets.forEach(wallet -> wallet.blockConnected(block, point(height), locator(height), now, false));
        return block;
    }

    private static boolean conflict(Transaction one, Transaction other) {
        return one.inputs().stream()
                .anyMatch(input ->
                        other.inputs().stream().anyMatch(own -> own.previous().equals(input.previous())));
    }

    /** Takes the last block back; its transactions are in the mempool again, but the newly mined and what spends it. */
    public Block unmine() {
        Block block = blocks.removeLast();
        wallets.forEach(wallet -> wallet.blockDisconnected(block, height() + 1, locator(height()), now));
        Hash256 reward = block.transactions().getFirst().txid();
        block.transactions().stream().skip(1).forEach(this::send);
        List.copyOf(mempool.values()).stream()
                .filter(other -> other.inputs().stream()
                        .anyMatch(input -> input.previous().txid().equals(reward)))
                .forEach(other -> leave(other, RemovalReason.REORGANISATION));
        return block;
    }

    /** Whether the next block may hold the transaction, whatever the mempool says. */
    public boolean canConfirm(Transaction transaction) {
        Map<OutPoint, TxOut> confirmed = unspent(List.of());
        return transaction.inputs().stream().allMatch(input -> confirmed.containsKey(input.previous()));
    }

    /** All unspent outputs in blocks and mempool, the truth of the matter. */
    public Map<OutPoint, TxOut> coins() {
        return unspent(mempool.values());
    }

    private Map<OutPoint, TxOut> unspent(Collection<Transaction> further) {
        Map<OutPoint, TxOut> coins = new HashMap<>();
        List<Transaction> all = new ArrayList<>();
        blocks.stream().skip(1).forEach(block -> all.addAll(block.transactions()));
        all.addAll(further);
        for (Transaction transaction : all) {
            for (int i = 0; i < transaction.outputs().size(); i++) {
                coins.put(transaction.outPoint(i), transaction.outputs().get(i));
            }
        }
        all.forEach(transaction -> transaction.inputs().forEach(input -> coins.remove(input.previous())));
        return coins;
    }

    @Override
    public FeeEstimate estimate(int target, boolean conservative) {
        return new FeeEstimate(estimate, target, FeeEstimate.Reason.TARGET);
    }

    @Override
    public Feerate mempoolMinimum() {
        return new Feerate(1_000);
    }

    @Override
    public Feerate relayMinimum() {
        return new Feerate(1_000);
    }

    @Override
    public Feerate incremental() {
        return new Feerate(1_000);
    }

    @Override
    public Feerate dust() {
        return new Feerate(3_000);
    }

    @Override
    public Chains chains(Hash256 txid) {
        return mempool.containsKey(txid) ? new Chains(1, descendants(txid)) : Chains.NONE;
    }

    @Override
    public long shortfall(Collection<OutPoint> coins, Feerate rate) {
        return 0;
    }

    @Override
    public int descendants(Hash256 txid) {
        Transaction transaction = mempool.get(txid);
        if (transaction == null) {
            return 0;
        }
        int count = 1;
        for (Transaction other : mempool.values()) {
            boolean child = other.inputs().stream()
                    .anyMatch(input -> input.previous().txid().equals(txid));
            count += child ? descendants(other.txid()) : 0;
        }
        return count;
    }

    @Override
    public @Nullable String chainExcess(Set<Hash256> parents, long virtualSize) {
        return null;
    }

    @Override
    public Chains chainLimits() {
        return new Chains(25, 25);
    }
}
