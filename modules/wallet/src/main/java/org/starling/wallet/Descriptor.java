package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Taproot;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Sha256;

/** An output descriptor: which output scripts belong to some keys (BIP-0380 to BIP-0386). */
public sealed interface Descriptor {
    /** Greatest index of a range. */
    int MAX_INDEX = Integer.MAX_VALUE;

    /**
     * Reads a descriptor of the chain with these prefixes; one with a multipath ({@code <0;1>}, BIP-0389) stands for
     * several.
     */
    static List<Descriptor> parse(String text, AddressPrefixes prefixes, boolean needChecksum)
            throws DescriptorException {
        return new DescriptorParser(prefixes).parse(text, needChecksum);
    }

    /** The output scripts at that index of the range (any index for one without). */
    List<Bytes> scripts(int index) throws DescriptorException;

    /** The keys that it names. */
    List<KeyExpression> keys();

    /** How a key is to be written. */
    @FunctionalInterface
    interface KeyText {
        String of(KeyExpression key);
    }

    /** Canonical, without checksum, each key written so. */
    String body(KeyText form);

    /** Canonical, without secrets and checksum. */
    default String body() {
        return body(KeyExpression::text);
    }

    /** Canonical, without secrets, with the checksum. */
    default String text() {
        return DescriptorChecksum.append(body());
    }

    /** Canonical, with the private keys that are known, with the checksum. */
    default String privateText() {
        return DescriptorChecksum.append(body(KeyExpression::privateText));
    }

    /**
     * The same scripts without secrets, derivable from extended public keys behind the last hardened steps, if no step
     * behind those is hardened.
     */
    default Descriptor normalized(AddressPrefixes prefixes) {
        try {
            return parse(body(KeyExpression::normalizedText), prefixes, false).getFirst();
        } catch (DescriptorException e) {
            throw new IllegalStateException("what was read before is not readable: " + e.reason(), e);
        }
    }

    /** The descriptor of a single output of it: the keys themselves, each with its origin. */
    default String textAt(int index, Bytes script) throws DescriptorException {
        boolean xOnly = this instanceof Tr || this instanceof RawTr;
        List<DescriptorException> failures = new ArrayList<>();
        Descriptor single = this instanceof Combo(KeyExpression key) ? DescriptorSizes.single(key, script) : this;
        String body = (single == null ? this : single).body(key -> {
            try {
                return key.textAt(index, xOnly);
            } catch (DescriptorException e) {
                failures.add(e);
                return "";
            }
        });
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return DescriptorChecksum.append(body);
    }

    /** What it stands for at the index (any index for one without a range). */
    default Expansion expand(int index) throws DescriptorException {
        return DescriptorExpander.expand(this, index);
    }

    /** The kind of its addresses; null if they are of several kinds or of none. */
    default @Nullable OutputType outputType() {
        return DescriptorSizes.outputType(this);
    }

    /**
     * Weight units that an input has at most which spends an output of it, in a transaction with witnesses; for a Taproot
     * output by its key. Signatures are taken to be as short as this wallet makes them (71 bytes).
     *
     * @return -1 if the descriptor does not tell
     */
    default int inputWeight(Bytes script) {
        return DescriptorSizes.inputWeight(this, script);
    }

    /** The extended keys that it names, with their secrets where it has them, from which its keys follow (BIP-0032). */
    default List<ExtendedKey> extendedKeys() {
        return keys().stream().flatMap(KeyExpression::extendedKeys).toList();
    }

    default boolean isRange() {
        return keys().stream().anyMatch(KeyExpression::isRange);
    }

    default boolean hasPrivateKeys() {
        return keys().stream().anyMatch(KeyExpression::hasPrivateKey);
    }

    /** Whether it has the private key of each of its keys. */
    default boolean allKeysPrivate() {
        return keys().stream().allMatch(KeyExpression::hasPrivateKey);
    }

    /** Whether it says enough to spend with the private keys. */
    default boolean isSolvable() {
        return true;
    }

    /** A bare public key. */
    record Pk(KeyExpression key) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            return List.of(Script.p2pk(key.publicKey(index)));
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of(key);
        }

        @Override
        public String body(KeyText form) {
            return "pk(" + form.of(key) + ")";
        }
    }

    /** A public key's hash. */
    record Pkh(KeyExpression key) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            return List.of(new Address.PubkeyHash(Hash160.hash(key.publicKey(index))).scriptPubKey());
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of(key);
        }

        @Override
        public String body(KeyText form) {
            return "pkh(" + form.of(key) + ")";
        }
    }

    /** A public key's hash as a witness program. */
    record Wpkh(KeyExpression key) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            return List.of(new Address.WitnessPubkeyHash(Hash160.hash(key.publicKey(index))).scriptPubKey());
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of(key);
        }

        @Override
        public String body(KeyText form) {
            return "wpkh(" + form.of(key) + ")";
        }
    }

    /** The usual scripts of one key: bare, hashed, and if the key is compressed both segwit forms. */
    record Combo(KeyExpression key) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            Bytes publicKey = key.publicKey(index);
            Bytes hash = Hash160.hash(publicKey);
            List<Bytes> scripts = new ArrayList<>();
            scripts.add(Script.p2pk(publicKey));
            scripts.add(new Address.PubkeyHash(hash).scriptPubKey());
            if (publicKey.length() == PublicKeys.COMPRESSED) {
                Bytes witness = new Address.WitnessPubkeyHash(hash).scriptPubKey();
                scripts.add(witness);
                scripts.add(new Address.ScriptHash(Hash160.hash(witness)).scriptPubKey());
            }
            return scripts;
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of(key);
        }

        @Override
        public String body(KeyText form) {
            return "combo(" + form.of(key) + ")";
        }
    }

    /**
     * Several keys of which some must sign.
     *
     * @param sorted whether the keys are put in order first (BIP-0067)
     * @param inTaproot whether it is the form for a Taproot leaf
     */
    record Multi(int threshold, List<KeyExpression> keys, boolean sorted, boolean inTaproot) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            List<Bytes> publicKeys = new ArrayList<>();
            for (KeyExpression key : keys) {
                publicKeys.add(inTaproot ? key.xOnly(index) : key.publicKey(index));
            }
            if (sorted) {
                publicKeys.sort(null);
            }
            return List.of(inTaproot ? Scripts.multiA(threshold, publicKeys) : Scripts.multisig(threshold, publicKeys));
        }

        @Override
        public String body(KeyText form) {
            String name = (sorted ? "sortedmulti" : "multi") + (inTaproot ? "_a" : "");
            return keys.stream().map(form::of).collect(Collectors.joining(",", name + "(" + threshold + ",", ")"));
        }
    }

    /** The hash of a script. */
    record Sh(Descriptor inner) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            List<Bytes> scripts = new ArrayList<>();
            for (Bytes script : inner.scripts(index)) {
                scripts.add(new Address.ScriptHash(Hash160.hash(script)).scriptPubKey());
            }
            return scripts;
        }

        @Override
        public List<KeyExpression> keys() {
            return inner.keys();
        }

        @Override
        public String body(KeyText form) {
            return "sh(" + inner.body(form) + ")";
        }
    }

    /** The hash of a script as a witness program. */
    record Wsh(Descriptor inner) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            List<Bytes> scripts = new ArrayList<>();
            for (Bytes script : inner.scripts(index)) {
                scripts.add(new Address.WitnessScriptHash(Sha256.once(script).toBytes()).scriptPubKey());
            }
            return scripts;
        }

        @Override
        public List<KeyExpression> keys() {
            return inner.keys();
        }

        @Override
        public String body(KeyText form) {
            return "wsh(" + inner.body(form) + ")";
        }
    }

    /** An address, of which nothing more is known. */
    record Addr(Address address, String shown) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) {
            return List.of(address.scriptPubKey());
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of();
        }

        @Override
        public boolean isSolvable() {
            return false;
        }

        @Override
        public String body(KeyText form) {
            return "addr(" + shown + ")";
        }
    }

    /** An output script, of which nothing more is known. */
    record Raw(Bytes script) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) {
            return List.of(script);
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of();
        }

        @Override
        public boolean isSolvable() {
            return false;
        }

        @Override
        public String body(KeyText form) {
            return "raw(" + script.hex() + ")";
        }
    }

    /** A Taproot output (BIP-0386). */
    record Tr(KeyExpression internal, TapTree tree) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            Bytes key = internal.xOnly(index);
            PublicKeys.XOnly output = Taproot.outputKey(key, tree.root(index));
            if (output == null) {
                throw new DescriptorException("Internal key cannot be tweaked");
            }
            return List.of(new Address.Taproot(output.key()).scriptPubKey());
        }

        @Override
        public List<KeyExpression> keys() {
            return Stream.concat(Stream.of(internal), tree.leaves().stream().flatMap(leaf -> leaf.keys().stream()))
                    .toList();
        }

        @Override
        public String body(KeyText form) {
            String scripts = tree.body(form);
            return "tr(" + form.of(internal) + (scripts.isEmpty() ? "" : ",") + scripts + ")";
        }
    }

    /** A Taproot output by its final key. */
    record RawTr(KeyExpression key) implements Descriptor {
        @Override
        public List<Bytes> scripts(int index) throws DescriptorException {
            return List.of(new Address.Taproot(key.xOnly(index)).scriptPubKey());
        }

        @Override
        public List<KeyExpression> keys() {
            return List.of(key);
        }

        @Override
        public String body(KeyText form) {
            return "rawtr(" + form.of(key) + ")";
        }
    }
}
