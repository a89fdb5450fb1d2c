package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** Canonical, without secrets and checksum. */
    String body();

    /** Canonical, without secrets, with the checksum. */
    default String text() {
        return DescriptorChecksum.append(body());
    }

    default boolean isRange() {
        return keys().stream().anyMatch(KeyExpression::isRange);
    }

    default boolean hasPrivateKeys() {
        return keys().stream().anyMatch(KeyExpression::hasPrivateKey);
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
        public String body() {
            return "pk(" + key.text() + ")";
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
        public String body() {
            return "pkh(" + key.text() + ")";
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
        public String body() {
            return "wpkh(" + key.text() + ")";
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
        public String body() {
            return "combo(" + key.text() + ")";
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
        public String body() {
            String name = (sorted ? "sortedmulti" : "multi") + (inTaproot ? "_a" : "");
            return keys.stream()
                    .map(KeyExpression::text)
                    .collect(Collectors.joining(",", name + "(" + threshold + ",", ")"));
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
        public String body() {
            return "sh(" + inner.body() + ")";
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
        public String body() {
            return "wsh(" + inner.body() + ")";
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
        public String body() {
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
        public String body() {
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
        public String body() {
            String scripts = tree.body();
            return "tr(" + internal.text() + (scripts.isEmpty() ? "" : ",") + scripts + ")";
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
        public String body() {
            return "rawtr(" + key.text() + ")";
        }
    }
}
