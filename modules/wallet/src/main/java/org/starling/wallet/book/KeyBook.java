package org.starling.wallet.book;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.OutputType;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;

/**
 * The keys of a wallet: its keychains, which output scripts belong to them, and how far each is used. Behind the last
 * index that was used as many are watched as the gap limit says. Changes are put in a batch that the caller writes.
 */
final class KeyBook {
    private final AddressPrefixes prefixes;
    private final KeyValueStore store;
    private final Vault vault;
    private final int gap;

    /** By their ids, so that the order is the same in each run. */
    private final Map<Bytes, Keychain> keychains = new TreeMap<>();

    private final Map<Bytes, Place> scripts = new HashMap<>();

    /** Where a script stands in the wallet. */
    record Place(Bytes keychain, int index) {}

    /** @param gap indexes watched behind the last used one, at least 1 */
    KeyBook(AddressPrefixes prefixes, KeyValueStore store, Vault vault, int gap) {
        this.prefixes = prefixes;
        this.store = store;
        this.vault = vault;
        this.gap = gap;
    }

    /** Takes in what the store has. */
    void load() {
        store.scan(WalletRecords.key(WalletRecords.KEYCHAIN), (key, value) -> {
            try {
                Keychain keychain = Keychain.decode(value, prefixes);
                keychains.put(keychain.id(), keychain);
            } catch (MalformedException | DescriptorException e) {
                throw WalletRecords.damaged("a descriptor", e);
            }
            return true;
        });
        store.scan(WalletRecords.key(WalletRecords.SCRIPTS), (key, value) -> {
            takeScripts(key, value);
            return true;
        });
        for (Keychain keychain : keychains.values()) {
            watch(keychain, keychain.begin(), keychain.end());
        }
    }

    private void takeScripts(byte[] key, byte[] value) {
        try {
            ByteReader name = new ByteReader(key, 1, key.length - 1);
            Place place = new Place(name.bytes(32), Integer.reverseBytes(name.i32()));
            ByteReader reader = new ByteReader(value);
            for (int left = reader.count(1); left > 0; left--) {
                scripts.put(reader.varBytes(), place);
            }
        } catch (MalformedException e) {
            throw WalletRecords.damaged("the scripts of a descriptor", e);
        }
    }

    private void watch(Keychain keychain, int from, int to) {
        for (int index = from; index < to; index++) {
            Optional<List<Bytes>> derived = keychain.scripts(index);
            if (derived.isEmpty()) {
                // They were stored when the private keys were at hand.
                return;
            }
            Place place = new Place(keychain.id(), index);
            derived.get().forEach(script -> scripts.put(script, place));
        }
    }

    Collection<Keychain> all() {
        return keychains.values();
    }

    @Nullable
    Keychain find(Bytes id) {
        return keychains.get(id);
    }

    /** Where the script stands; null if it is not of this wallet. */
    @Nullable
    Place place(Bytes script) {
        return scripts.get(script);
    }

    Collection<Bytes> scripts() {
        return scripts.keySet();
    }

    @Nullable
    Keychain active(OutputType type, boolean internal) {
        for (Keychain keychain : keychains.values()) {
            if (keychain.activeFor() == type && keychain.internal() == internal) {
                return keychain;
            }
        }
        return null;
    }

    /** Whether the private keys of the keychain are in the wallet, sealed or not. */
    boolean hasSecret(Bytes id) {
        return store.get(WalletRecords.key(WalletRecords.SECRET, id)) != null;
    }

    /** The descriptor with its private keys, or without if the wallet has none of them. Throws if they are locked. */
    Descriptor unlocked(Keychain keychain) {
        byte[] key = WalletRecords.key(WalletRecords.SECRET, keychain.id());
        byte[] value = store.get(key);
        if (value == null) {
            return keychain.descriptor();
        }
        byte[] text = vault.open(key, value);
        try {
            return Descriptor.parse(new String(text, US_ASCII), prefixes, true).getFirst();
        } catch (DescriptorException e) {
            throw WalletRecords.damaged("the private keys of a descriptor", e);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    /**
     * The extended public keys that the keychain begins at. Those behind hardened steps cannot be told from the descriptor
     * without private keys, so they are stored beside it.
     */
    List<HdKeys.Root> roots(Keychain keychain) {
        byte[] stored = store.get(WalletRecords.key(WalletRecords.ROOTS, keychain.id()));
        return stored == null ? HdKeys.rootsOf(unlocked(keychain).extendedKeys()) : HdKeys.decode(stored, prefixes);
    }

    /**
     * Adds a keychain, or changes the one of the same descriptor, and watches its scripts.
     *
     * @param secret the same descriptor with its private keys; null if there are none, and then those known already stay
     */
    void put(Batch batch, Keychain keychain, @Nullable Descriptor secret) throws DescriptorException {
        Bytes id = keychain.id();
        if (secret != null) {
            byte[] key = WalletRecords.key(WalletRecords.SECRET, id);
            batch.put(key, vault.seal(key, secret.privateText().getBytes(US_ASCII)));
            batch.put(WalletRecords.key(WalletRecords.ROOTS, id), HdKeys.encode(secret.extendedKeys(), prefixes));
        }
        if (keychain.activeFor() != null) {
            Keychain other = active(keychain.activeFor(), keychain.internal());
            if (other != null && !other.id().equals(id)) {
                save(batch, other.active(null, other.internal()));
            }
        }
        extend(batch, keychain, keychain.begin(), keychain.end(), secret);
        save(batch, keychain);
    }

    private void save(Batch batch, Keychain keychain) {
        keychains.put(keychain.id(), keychain);
        batch.put(WalletRecords.key(WalletRecords.KEYCHAIN, keychain.id()), keychain.encode());
    }

    private void extend(Batch batch, Keychain keychain, int from, int to, @Nullable Descriptor secret)
            throws DescriptorException {
        if (from >= to) {
            return;
        }
        if (keychain.scripts(from).isPresent()) {
            watch(keychain, from, to);
            return;
        }
        Descriptor deriving = secret == null ? unlocked(keychain) : secret;
        for (int index = from; index < to; index++) {
            List<Bytes> derived = deriving.scripts(index);
            ByteWriter writer = new ByteWriter().compactSize(derived.size());
            Place place = new Place(keychain.id(), index);
            for (Bytes script : derived) {
                writer.varBytes(script);
                scripts.put(script, place);
            }
            batch.put(WalletRecords.scriptsKey(keychain.id(), index), writer.toArray());
        }
    }

    /** Watches the gap again behind {@code next} of the keychain. What cannot be derived while locked waits. */
    Keychain topUp(Batch batch, Keychain keychain, int size) {
        if (!keychain.isRange()) {
            return keychain;
        }
        int end = (int) Math.min((long) keychain.next() + Math.max(gap, size), Descriptor.MAX_INDEX);
        if (end <= keychain.end()) {
            return keychain;
        }
        try {
            extend(batch, keychain, keychain.end(), end, null);
        } catch (DescriptorException e) {
            return keychain;
        } catch (WalletException e) {
            if (e.kind() == WalletException.Kind.UNLOCK_NEEDED) {
                return keychain;
            }
            throw e;
        }
        Keychain longer = keychain.upTo(end);
        save(batch, longer);
        return longer;
    }

    /** Watches the gap again behind each keychain that is in use. */
    void topUpAll(Batch batch, int size) {
        for (Keychain keychain : List.copyOf(keychains.values())) {
            if (keychain.activeFor() != null) {
                topUp(batch, keychain, size);
            }
        }
    }

    /** The next script that nobody has been given yet. */
    Bytes take(Batch batch, OutputType type, boolean internal) {
        Keychain keychain = active(type, internal);
        if (keychain == null) {
            throw new WalletException(
                    WalletException.Kind.GENERAL,
                    "Error: No " + (internal ? "change " : "") + type.label() + " addresses available.");
        }
        Keychain filled = topUp(batch, keychain, 0);
        if (filled.isRange() && filled.next() >= filled.end()) {
            throw new WalletException(
                    WalletException.Kind.KEYPOOL_RAN_OUT, "Error: Keypool ran out, please call keypoolrefill first");
        }
        Bytes script = scriptAt(filled, filled.next());
        Keychain used = filled.nextAt(filled.next() + (filled.isRange() ? 1 : 0));
        save(batch, used);
        topUp(batch, used, 0);
        return script;
    }

    /** The first script at an index that is watched. */
    Bytes scriptAt(Keychain keychain, int index) {
        Optional<List<Bytes>> derived = keychain.scripts(index);
        if (derived.isPresent()) {
            return derived.get().getFirst();
        }
        byte[] stored = store.get(WalletRecords.scriptsKey(keychain.id(), index));
        try {
            if (stored == null) {
                return unlocked(keychain).scripts(index).getFirst();
            }
            ByteReader reader = new ByteReader(stored);
            int _ = reader.count(1);
            return reader.varBytes();
        } catch (MalformedException | DescriptorException e) {
            throw WalletRecords.damaged("the scripts of a descriptor", e);
        }
    }

    /**
     * Learns that the script was seen in a transaction: it and those before it in its keychain are not given out any more.
     *
     * @return the scripts that are skipped by this, the one that was seen first
     */
    List<Bytes> markUsed(Batch batch, Bytes script) {
        Place place = scripts.get(script);
        Keychain keychain = place == null ? null : keychains.get(place.keychain());
        List<Bytes> skipped = new ArrayList<>();
        if (place == null || keychain == null || !keychain.isRange() || place.index() < keychain.next()) {
            return skipped;
        }
        for (int index = place.index(); index >= keychain.next(); index--) {
            skipped.add(scriptAt(keychain, index));
        }
        Keychain used = keychain.nextAt(place.index() + 1);
        save(batch, used);
        topUp(batch, used, 0);
        return skipped;
    }

    /** Seals all secrets, which are plain until now, with the vault's new key. */
    void sealAll(Batch batch) {
        store.scan(WalletRecords.key(WalletRecords.SECRET), (key, value) -> {
            byte[] secret = Arrays.copyOfRange(value, 1, value.length);
            batch.put(key, vault.seal(key, secret));
            Arrays.fill(secret, (byte) 0);
            return true;
        });
    }
}
