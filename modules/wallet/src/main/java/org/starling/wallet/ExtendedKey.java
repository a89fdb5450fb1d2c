package org.starling.wallet;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Base58;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.crypto.Hash160;
import org.starling.crypto.HmacSha512;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.SecretKeys;

/**
 * A key with the chain code from which its children follow (BIP-0032).
 *
 * @param depth 0 for the master key, up to 255
 * @param parent fingerprint of the parent, 4 bytes
 * @param number of the child; from {@link #HARDENED} on (unsigned) it follows from the private key only
 * @param key 32 bytes if private, 33 bytes if public
 */
public record ExtendedKey(int depth, Bytes parent, int number, Bytes chainCode, Bytes key) {
    /** The bit of a hardened child's number. */
    public static final int HARDENED = 0x80000000;

    private static final int SERIALIZED_BYTES = 78;
    private static final int SECRET_BYTES = 32;

    /** SHA-256 of "MuSig2MuSig2MuSig2". */
    private static final Bytes AGGREGATE_CHAIN_CODE =
            Bytes.fromHex("868087ca02a6f974c4598924c36b57762d32cb45717167e300622c7167e38965");

    private static final Bytes SEED_KEY =
            Bytes.wrap("Bitcoin seed".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    /** The master key of a seed; empty in the practically impossible case that the seed gives no valid key. */
    public static Optional<ExtendedKey> ofSeed(Bytes seed) {
        Bytes mac = HmacSha512.hash(SEED_KEY, seed);
        Bytes secret = mac.slice(0, SECRET_BYTES);
        return SecretKeys.isValid(secret)
                ? Optional.of(new ExtendedKey(0, Bytes.copyOf(new byte[4]), 0, mac.from(SECRET_BYTES), secret))
                : Optional.empty();
    }

    /** The extended key that stands for a MuSig2 aggregate key of 33 bytes (BIP-0328). */
    public static ExtendedKey ofAggregate(Bytes aggregateKey) {
        return new ExtendedKey(0, Bytes.copyOf(new byte[4]), 0, AGGREGATE_CHAIN_CODE, aggregateKey);
    }

    /** Reads a text such as {@code xpub...} or {@code xprv...} of the chain with these prefixes. */
    public static Optional<ExtendedKey> decode(String text, AddressPrefixes prefixes) {
        Bytes data = Base58.decodeChecked(text, SERIALIZED_BYTES).orElse(Bytes.EMPTY);
        if (data.length() != SERIALIZED_BYTES) {
            return Optional.empty();
        }
        try {
            ByteReader reader = data.reader();
            int version = Integer.reverseBytes(reader.i32());
            int depth = reader.u8();
            Bytes parent = reader.bytes(4);
            int number = Integer.reverseBytes(reader.i32());
            Bytes chainCode = reader.bytes(32);
            Bytes key = reader.bytes(33);
            boolean orphan = depth == 0 && (number != 0 || !parent.equals(Bytes.copyOf(new byte[4])));
            if (orphan) {
                return Optional.empty();
            }
            if (version == prefixes.extendedPublic() && key.unsigned(0) != 0 && PublicKeys.isValid(key)) {
                return Optional.of(new ExtendedKey(depth, parent, number, chainCode, key));
            }
            Bytes secret = key.from(1);
            return version == prefixes.extendedSecret() && key.unsigned(0) == 0 && SecretKeys.isValid(secret)
                    ? Optional.of(new ExtendedKey(depth, parent, number, chainCode, secret))
                    : Optional.empty();
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }

    public String encode(AddressPrefixes prefixes) {
        ByteWriter writer = new ByteWriter(SERIALIZED_BYTES);
        writer.i32(Integer.reverseBytes(isPrivate() ? prefixes.extendedSecret() : prefixes.extendedPublic()));
        writer.u8(depth).bytes(parent).i32(Integer.reverseBytes(number)).bytes(chainCode);
        if (isPrivate()) {
            writer.u8(0);
        }
        return Base58.encodeChecked(writer.bytes(key).toBytes());
    }

    public boolean isPrivate() {
        return key.length() == SECRET_BYTES;
    }

    /** The public key in 33 bytes. */
    public Bytes publicKey() {
        return isPrivate() ? SecretKeys.publicKey(key) : key;
    }

    /** The first 4 bytes of the public key's hash. */
    public Bytes fingerprint() {
        return Hash160.hash(publicKey()).slice(0, 4);
    }

    /** The same key without the secret. */
    public ExtendedKey neuter() {
        return new ExtendedKey(depth, parent, number, chainCode, publicKey());
    }

    /**
     * The child of that number; null if it is hardened and this key is public, if the depth would pass 255, or in the
     * practically impossible case that there is none.
     */
    public @Nullable ExtendedKey child(int childNumber) {
        boolean hardened = childNumber < 0;
        if (hardened && !isPrivate() || depth == 255) {
            return null;
        }
        Bytes mac = mac(childNumber);
        Bytes tweak = mac.slice(0, SECRET_BYTES);
        Bytes childKey = isPrivate() ? SecretKeys.tweakAdd(key, tweak) : PublicKeys.tweakAdd(key, tweak);
        return childKey == null
                ? null
                : new ExtendedKey(depth + 1, fingerprint(), childNumber, mac.from(SECRET_BYTES), childKey);
    }

    private Bytes mac(int childNumber) {
        Bytes number4 = new ByteWriter(4).i32(Integer.reverseBytes(childNumber)).toBytes();
        return childNumber < 0
                ? HmacSha512.hash(chainCode, Bytes.copyOf((byte) 0), key, number4)
                : HmacSha512.hash(chainCode, publicKey(), number4);
    }

    /** What is added to this key to get the child of that number, which is not hardened; 32 bytes. */
    public Bytes tweak(int childNumber) {
        if (childNumber < 0) {
            throw new IllegalArgumentException("hardened: " + Integer.toUnsignedString(childNumber));
        }
        return mac(childNumber).slice(0, SECRET_BYTES);
    }

    /** Says nothing of a secret, so that it gets into no log. */
    @Override
    public String toString() {
        return "ExtendedKey[" + fingerprint() + "]";
    }
}
