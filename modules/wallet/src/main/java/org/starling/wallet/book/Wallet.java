package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.RemovalReason;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.Expansion;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.Randomness;

/**
 * A wallet: keys, the transactions that concern them, and what people wrote beside both, in one file. It knows nothing of
 * networks or threads: it is told what the chain and the mempool do. Every change is on stable storage when the method
 * returns. Methods may be called from any thread, one at a time.
 */
public final class Wallet implements AutoCloseable {
    private final Setting setting;
    private final KeyValueStore store;
    private final Secrets secrets;
    private final KeyBook keys;
    private final AddressNotes notes;
    private final Ledger ledger;
    private final Holdings holdings;
    private final Follower follower;
    private final WalletMeta meta;
    private final WalletPlace place = new WalletPlace();

    /** Told which transactions changed, after it is stored, while the wallet is held. */
    public interface Listener {
        void changed(Wallet wallet, Set<Hash256> txids);
    }

    private final List<Listener> listeners = new ArrayList<>();

    /**
     * Where a wallet lives.
     *
     * @param name as people call it; may be empty
     * @param randomness for keys and nonces: nobody may guess it
     */
    public record Setting(String name, ChainParams chain, WalletOptions options, Randomness randomness) {}

    private Wallet(Setting setting, KeyValueStore store, WalletMeta meta) {
        this.setting = setting;
        this.store = store;
        this.meta = meta;
        Vault vault = new Vault(setting.randomness(), store.get(WalletRecords.key(WalletRecords.VAULT)));
        keys = new KeyBook(
                setting.chain().prefixes(), store, vault, setting.options().gap());
        secrets = new Secrets(this, vault, keys);
        notes = new AddressNotes(store);
        ledger = new Ledger(store, script -> keys.place(script) != null);
        holdings = new Holdings(ledger, keys, notes, setting.options().spendUnconfirmedChange());
        follower = new Follower(ledger, keys, notes);
    }

    // Making and opening

    /**
     * Makes a wallet without keys in an empty store.
     *
     * @param birth no coin of it is older, in seconds since 1970
     */
    public static Wallet create(Setting setting, KeyValueStore store, Set<WalletFlag> flags, long birth) {
        Wallet wallet = new Wallet(setting, store, new WalletMeta(flags, birth, setting.chain()));
        Batch batch = store.batch();
        wallet.meta.save(batch);
        store.write(batch, Durability.SYNCED);
        return wallet;
    }

    /** Opens a wallet. Throws {@link WalletException} if its records are damaged or of a newer format. */
    public static Wallet open(Setting setting, KeyValueStore store) {
        Wallet wallet = new Wallet(setting, store, WalletMeta.load(store, setting.chain()));
        wallet.keys.load();
        wallet.notes.load();
        wallet.ledger.load();
        wallet.place.load(store);
        wallet.ledger.tipHeight(wallet.place.height());
        return wallet;
    }

    interface Change<T> {
        T apply(Batch batch) throws DescriptorException;
    }

    /** All that one operation changes is written together. */
    private <T> T change(Change<T> change) throws DescriptorException {
        Batch batch = store.batch();
        T result = change.apply(batch);
        if (batch.size() > 0) {
            store.write(batch, Durability.SYNCED);
        }
        return result;
    }

    <T> T changeOwn(Change<T> change) {
        try {
            return change(change);
        } catch (DescriptorException e) {
            throw new WalletException(Kind.GENERAL, e.reason());
        }
    }

    // What it is

    public String name() {
        return setting.name();
    }

    public ChainParams chain() {
        return setting.chain();
    }

    public WalletOptions options() {
        return setting.options();
    }

    /** The file, for backups. */
    public KeyValueStore store() {
        return store;
    }

    public synchronized boolean is(WalletFlag flag) {
        return meta.is(flag);
    }

    public synchronized void set(WalletFlag flag, boolean on) {
        changeOwn(batch -> {
            mark(batch, flag, on);
            return true;
        });
    }

    void mark(Batch batch, WalletFlag flag, boolean on) {
        if (meta.set(flag, on)) {
            meta.save(batch);
        }
    }

    /** The time of its first key or transaction, in seconds since 1970; empty if it has none. */
    public synchronized OptionalLong oldest() {
        LongStream keyTimes = keys.all().stream().mapToLong(Keychain::created);
        return LongStream.concat(keyTimes, ledger.all().stream().mapToLong(WalletTx::time))
                .min();
    }

    /** The keys that its descriptors begin at. */
    public HdKeys hdKeys() {
        return new HdKeys(this, keys);
    }

    /** What a passphrase protects. */
    public Secrets secrets() {
        return secrets;
    }

    /** Throws if the secrets are locked. */
    public void requireUnlocked() {
        secrets.requireOpen();
    }

    // Keys and addresses

    public synchronized List<Keychain> keychains() {
        return List.copyOf(keys.all());
    }

    /** The descriptor with its private keys. Throws if the wallet is locked. */
    public synchronized Descriptor unlocked(Keychain keychain) {
        return keys.unlocked(keychain);
    }

    public synchronized boolean hasSecret(Keychain keychain) {
        return keys.hasSecret(keychain.id());
    }

    /** Whether new addresses of some kind can be made. */
    public synchronized boolean canGiveAddresses(boolean internal) {
        return keys.all().stream().anyMatch(chain -> chain.activeFor() != null && chain.internal() == internal);
    }

    public synchronized boolean canGive(OutputType type, boolean internal) {
        return keys.active(type, internal) != null;
    }

    /**
     * Adds a descriptor, or changes what is known of it.
     *
     * @param secret the same with private keys; null if there are none
     */
    public synchronized void put(Keychain keychain, @Nullable Descriptor secret) throws DescriptorException {
        change(batch -> {
            Keychain known = keys.find(keychain.id());
            Keychain put = known == null ? keychain : keychain.after(known);
            keys.put(batch, put, secret);
            keys.topUp(batch, put, 0);
            if (secret != null) {
                mark(batch, WalletFlag.BLANK, false);
            }
            return true;
        });
        ledger.reviewOwned();
    }

    /** An address that nobody was given yet, with a label. */
    public synchronized Bytes newAddress(OutputType type, String label) {
        return changeOwn(batch -> {
            Bytes script = keys.take(batch, type, false);
            notes.put(batch, script, new Label(label, true));
            return script;
        });
    }

    public synchronized Bytes newChange(OutputType type) {
        return changeOwn(batch -> keys.take(batch, type, true));
    }

    /** What {@link #newChange} would give, without taking it. */
    public synchronized Bytes peekChange(OutputType type) {
        Keychain keychain = keys.active(type, true);
        if (keychain == null) {
            throw new WalletException(Kind.GENERAL, "Error: No change " + type.label() + " addresses available.");
        }
        return keys.scriptAt(keychain, keychain.next());
    }

    /** Watches at least so many addresses behind the last used ones. */
    public synchronized void refill(int size) {
        requireUnlocked();
        changeOwn(batch -> {
            keys.topUpAll(batch, size);
            return true;
        });
    }

    public synchronized boolean isMine(Bytes script) {
        return keys.place(script) != null;
    }

    /** Where the script stands. */
    public record Position(Keychain keychain, int index) {}

    public synchronized @Nullable Position position(Bytes script) {
        KeyBook.Place at = keys.place(script);
        Keychain keychain = at == null ? null : keys.find(at.keychain());
        return at == null || keychain == null ? null : new Position(keychain, at.index());
    }

    /** Whether it is one of the wallet's own addresses that were given to nobody. */
    public synchronized boolean isChange(Bytes script) {
        return keys.place(script) != null && notes.label(script) == null;
    }

    public synchronized Set<Bytes> scripts() {
        return Set.copyOf(keys.scripts());
    }

    // Signing

    /**
     * The transaction with every input signed for which the wallet has the keys; the others as they were.
     *
     * @param prevouts what the inputs spend, null where that is not known
     * @param hashType as in {@link org.starling.consensus.script.Sighash}
     */
    public synchronized Transaction sign(Transaction transaction, List<@Nullable TxOut> prevouts, int hashType) {
        requireUnlocked();
        return new WalletSigner(keys, setting.randomness()).sign(transaction, prevouts, hashType);
    }

    /**
     * All that recognising and spending the script takes; empty if it is not the wallet's, or its keys are locked that it
     * follows from.
     *
     * @param secret whether with its private keys. Throws then if they are locked
     */
    public synchronized Optional<Expansion> expansion(Bytes script, boolean secret) {
        Position position = position(script);
        if (position == null) {
            return Optional.empty();
        }
        try {
            Descriptor descriptor = secret
                    ? keys.unlocked(position.keychain())
                    : position.keychain().descriptor();
            return Optional.of(descriptor.expand(position.index()));
        } catch (DescriptorException e) {
            return Optional.empty();
        }
    }

    /** The transaction with all inputs signed. Throws if one cannot be, and never returns one that is not valid. */
    public synchronized Transaction signWhole(Transaction transaction, List<TxOut> prevouts) {
        requireUnlocked();
        return new WalletSigner(keys, setting.randomness()).signWhole(transaction, prevouts);
    }

    // Labels and frozen coins

    public synchronized @Nullable Label label(Bytes script) {
        return notes.label(script);
    }

    public synchronized void label(Bytes script, Label label) {
        changeOwn(batch -> {
            notes.put(batch, script, label);
            return true;
        });
    }

    public synchronized SortedMap<Bytes, Label> labels() {
        return new TreeMap<>(notes.labels());
    }

    /** @param receiving whose labels: of own addresses, of others', or null for all */
    public synchronized SortedSet<String> labelNames(@Nullable Boolean receiving) {
        return notes.names(receiving);
    }

    /** Keeps a coin out of payments; over a restart too if {@code keep}. */
    public synchronized void freeze(OutPoint coin, boolean keep) {
        changeOwn(batch -> {
            notes.freeze(batch, coin, keep);
            return true;
        });
    }

    /** Whether it was frozen. */
    public synchronized boolean thaw(OutPoint coin) {
        return changeOwn(batch -> notes.thaw(batch, coin));
    }

    public synchronized List<OutPoint> frozen() {
        return List.copyOf(notes.frozen());
    }

    public synchronized boolean isFrozenForGood(OutPoint coin) {
        return notes.isKept(coin);
    }

    // Following chain and mempool

    public synchronized void addListener(Listener listener) {
        listeners.add(listener);
    }

    /** The block up to which it knows the chain, and blocks before it, ever further apart; empty before the first. */
    public synchronized List<Hash256> place() {
        return place.locator();
    }

    public synchronized int height() {
        return place.height();
    }

    /** Whether that is the block up to which it knows the chain. */
    public synchronized boolean isAt(Hash256 block) {
        return !place.locator().isEmpty() && place.locator().getFirst().equals(block);
    }

    /**
     * A block was added behind the place.
     *
     * @param locator the block's hash and those before it
     * @param old whether it is an old block that the wallet only now sees
     */
    public synchronized void blockConnected(
            Block block, ChainPoint point, List<Hash256> locator, long now, boolean old) {
        ledger.tipHeight(point.height());
        place.move(point.height(), locator);
        event(now, old, event -> follower.connected(event, block, point));
    }

    /** The block at the place is not in the chain any more. */
    public synchronized void blockDisconnected(Block block, int height, List<Hash256> locatorBefore, long now) {
        ledger.tipHeight(height - 1);
        place.move(height - 1, locatorBefore);
        event(now, false, event -> follower.disconnected(event, block, height));
    }

    /** Blocks that do not concern the wallet were passed. */
    public synchronized void passed(int height, List<Hash256> locator) {
        ledger.tipHeight(height);
        place.move(height, locator);
    }

    /** Looks again at a block that is not behind the place; tells whether it concerns the wallet. */
    public synchronized boolean rescanned(Block block, ChainPoint point, long now) {
        Set<Hash256> changed = event(now, true, event -> follower.connected(event, block, point));
        return !changed.isEmpty();
    }

    public synchronized void entered(Transaction transaction, long now) {
        event(now, false, event -> follower.entered(event, transaction));
    }

    public synchronized void left(Transaction transaction, RemovalReason reason, long now) {
        event(now, false, event -> follower.left(event, transaction, reason));
    }

    private interface Happening {
        void apply(Follower.Event event);
    }

    private Set<Hash256> event(long now, boolean old, Happening happening) {
        Batch batch = store.batch();
        Follower.Event event = new Follower.Event(batch, now, old, meta.is(WalletFlag.AVOID_REUSE));
        happening.apply(event);
        if (batch.size() > 0) {
            place.save(batch);
            store.write(batch, Durability.SYNCED);
        }
        tell(event.changed());
        return event.changed();
    }

    private void tell(Set<Hash256> changed) {
        if (!changed.isEmpty()) {
            listeners.forEach(listener -> listener.changed(this, changed));
        }
    }

    /** Stores the place, so that a restart need not look at the last blocks again. */
    public synchronized void savePlace() {
        changeOwn(batch -> {
            place.save(batch);
            return true;
        });
    }

    // Transactions and coins

    public synchronized @Nullable WalletTx get(Hash256 txid) {
        return ledger.get(txid);
    }

    /** From the oldest to the newest. */
    public synchronized List<WalletTx> transactions() {
        return ledger.inOrder();
    }

    public synchronized int count() {
        return ledger.all().size();
    }

    public synchronized int depth(WalletTx tx) {
        return ledger.depth(tx);
    }

    public synchronized int blocksToMaturity(WalletTx tx) {
        return holdings.blocksToMaturity(tx);
    }

    public synchronized boolean isTrusted(WalletTx tx) {
        return holdings.isTrusted(tx);
    }

    public synchronized long debit(Transaction transaction) {
        return ledger.debit(transaction);
    }

    public synchronized long credit(Transaction transaction) {
        return ledger.credit(transaction);
    }

    /** The wallet's output at that place, spent or not; null if there is none. */
    public synchronized @Nullable TxOut output(OutPoint outPoint) {
        return ledger.ownedOutput(outPoint);
    }

    public synchronized boolean isSpent(OutPoint outPoint) {
        return ledger.isSpent(outPoint);
    }

    /** Whether its address was spent from before. */
    public synchronized boolean isReused(Bytes script) {
        return notes.isUsed(script);
    }

    /** The wallet's other transactions that spend what this one does, which a block or the mempool has instead. */
    public synchronized Collection<Hash256> conflicts(Transaction transaction) {
        return ledger.conflicts(transaction);
    }

    public synchronized Collection<Hash256> mempoolConflicts(Hash256 txid) {
        return ledger.mempoolConflicts(txid).keySet();
    }

    /** The wallet's transactions that spend outputs of this one. */
    public synchronized Map<OutPoint, Set<Hash256>> spenders(Transaction transaction) {
        Map<OutPoint, Set<Hash256>> spenders = new LinkedHashMap<>();
        for (int i = 0; i < transaction.outputs().size(); i++) {
            spenders.put(transaction.outPoint(i), Set.copyOf(ledger.spenders(transaction.outPoint(i))));
        }
        return spenders;
    }

    public synchronized Balance balance(int minDepth) {
        return holdings.balance(minDepth, meta.is(WalletFlag.AVOID_REUSE));
    }

    public synchronized Balance balance(int minDepth, boolean apart) {
        return holdings.balance(minDepth, apart);
    }

    /** All that could be spent now, whatever its risk. */
    public synchronized List<WalletCoin> coins() {
        return holdings.coins(false);
    }

    /** As {@link #coins}, and the newly mined ones that cannot be spent yet. */
    public synchronized List<WalletCoin> coinsWithImmature() {
        return holdings.coins(true);
    }

    /** Weight units of an input that spends the script, at most; -1 if the wallet cannot tell. */
    public synchronized int inputWeight(Bytes script) {
        return holdings.inputWeight(script);
    }

    /**
     * Records a transaction of the wallet's own before anybody hears of it: a crash from here on forgets neither it nor
     * what it spends.
     *
     * @throws WalletException if one of its inputs was spent meanwhile by a transaction other than those it replaces
     */
    public synchronized void commit(Transaction transaction, Map<String, String> written, long now) {
        event(now, false, event -> follower.commit(event, transaction, written));
    }

    /**
     * Takes in a transaction of a block that need not be stored here, and is not looked at ({@code importprunedfunds}).
     *
     * @param index transactions before it in the block
     * @return whether it pays the wallet; if not, nothing is taken in
     */
    public synchronized boolean takeProved(Transaction transaction, ChainPoint block, int index, long now) {
        boolean pays = transaction.outputs().stream().anyMatch(output -> isMine(output.scriptPubKey()));
        if (pays) {
            TxState state = new TxState.Confirmed(block.hash(), block.height(), index);
            event(now, false, event -> follower.take(event, transaction, state, block));
        }
        return pays;
    }

    /** Forgets a transaction; false if there is none of that id. */
    public synchronized boolean forget(Hash256 txid) {
        return changeOwn(batch -> ledger.remove(batch, txid));
    }

    /** Gives up a transaction that is in no block and not in the mempool, so that its coins may be spent otherwise. */
    public synchronized void abandon(Hash256 txid) {
        WalletTx tx = ledger.get(txid);
        if (tx == null) {
            throw new WalletException(Kind.INVALID_KEY, "Invalid or non-wallet transaction id");
        }
        if (ledger.depth(tx) != 0 || tx.state() instanceof TxState.InMempool) {
            throw new WalletException(Kind.INVALID_KEY, "Transaction not eligible for abandonment");
        }
        changeOwn(batch -> {
            ledger.abandon(batch, txid);
            return true;
        });
        tell(Set.of(txid));
    }

    /** Wipes what was open of the secrets, and closes the file. */
    @Override
    public synchronized void close() {
        savePlace();
        secrets.wipe();
        store.close();
    }
}
