package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.WalletException.Kind;

/** The extended keys (BIP-0032) that the descriptors of a wallet begin at. */
public final class HdKeys {
    private static final Comparator<ExtendedKey> ORDER =
            Comparator.comparing(ExtendedKey::key).thenComparing(ExtendedKey::chainCode);

    private final Wallet wallet;
    private final KeyBook keys;

    HdKeys(Wallet wallet, KeyBook keys) {
        this.wallet = wallet;
        this.keys = keys;
    }

    /**
     * A key that a descriptor begins at.
     *
     * @param key without its secret
     * @param hasPrivate whether the wallet has the secret, sealed or not
     */
    record Root(ExtendedKey key, boolean hasPrivate) {}

    /**
     * A key and what follows from it.
     *
     * @param key without its secret
     * @param hasPrivate whether the wallet has the secret, sealed or not
     */
    public record HdKey(ExtendedKey key, boolean hasPrivate, List<Keychain> keychains) {}

    static List<Root> rootsOf(List<ExtendedKey> keys) {
        return keys.stream().map(key -> new Root(key.neuter(), key.isPrivate())).toList();
    }

    static byte[] encode(List<ExtendedKey> keys, AddressPrefixes prefixes) {
        ByteWriter writer = new ByteWriter().compactSize(keys.size());
        for (Root root : rootsOf(keys)) {
            WalletRecords.text(writer.u8(root.hasPrivate() ? 1 : 0), root.key().encode(prefixes));
        }
        return writer.toArray();
    }

    static List<Root> decode(byte[] value, AddressPrefixes prefixes) {
        List<Root> roots = new ArrayList<>();
        try {
            ByteReader reader = new ByteReader(value);
            for (int left = reader.count(1); left > 0; left--) {
                boolean hasPrivate = reader.u8() == 1;
                ExtendedKey key = ExtendedKey.decode(WalletRecords.text(reader), prefixes)
                        .orElseThrow(() -> new MalformedException("no extended key"));
                roots.add(new Root(key, hasPrivate));
            }
        } catch (MalformedException e) {
            throw WalletRecords.damaged("the keys of a descriptor", e);
        }
        return roots;
    }

    /** All of them, in the order of the keys; only those that new addresses follow from if {@code activeOnly}. */
    public List<HdKey> list(boolean activeOnly) {
        synchronized (wallet) {
            Map<ExtendedKey, HdKey> found = new TreeMap<>(ORDER);
            for (Keychain keychain : keys.all()) {
                if (activeOnly && keychain.activeFor() == null) {
                    continue;
                }
                for (Root root : keys.roots(keychain)) {
                    HdKey known = found.computeIfAbsent(root.key(), key -> new HdKey(key, false, List.of()));
                    List<Keychain> using = new ArrayList<>(known.keychains());
                    if (!using.contains(keychain)) {
                        using.add(keychain);
                    }
                    found.put(root.key(), new HdKey(root.key(), known.hasPrivate() || root.hasPrivate(), using));
                }
            }
            return List.copyOf(found.values());
        }
    }

    /** The key with its secret, if the wallet has that. Throws if it is locked. */
    public Optional<ExtendedKey> unlocked(ExtendedKey key) {
        synchronized (wallet) {
            wallet.requireUnlocked();
            for (Keychain keychain : keys.all()) {
                if (keys.hasSecret(keychain.id()) && keys.roots(keychain).contains(new Root(key, true))) {
                    return keys.unlocked(keychain).extendedKeys().stream()
                            .filter(root -> root.isPrivate() && root.neuter().equals(key))
                            .findFirst();
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Makes descriptors of one kind of addresses, account 0 below a master key, and has new addresses follow from them.
     *
     * @param master with its secret
     * @param internals for which to make one: false for addresses to be given out, true for change
     * @param now in seconds since 1970
     * @return those that the wallet had not
     */
    public List<Keychain> create(OutputType type, ExtendedKey master, List<Boolean> internals, long now) {
        synchronized (wallet) {
            wallet.requireUnlocked();
            List<Keychain> made = new ArrayList<>();
            try {
                for (boolean internal : internals) {
                    Descriptor secret = SeedKeychains.descriptor(master, wallet.chain(), type, internal);
                    Descriptor shown = secret.normalized(wallet.chain().prefixes());
                    Keychain keychain = new Keychain(shown, now, 0, 0, 0, type, internal);
                    if (keys.find(keychain.id()) == null) {
                        wallet.put(keychain, secret);
                        made.add(keychain);
                    }
                }
            } catch (DescriptorException e) {
                throw new WalletException(Kind.GENERAL, e.reason());
            }
            if (made.isEmpty()) {
                throw new WalletException(Kind.GENERAL, "Descriptor already exists");
            }
            return made;
        }
    }
}
