package org.starling.crypto;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** SHA-256 once, twice and tagged (BIP-0340), by the JDK, whose intrinsic uses the processor's SHA instructions. */
public final class Sha256 {
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Sha256::newDigest);

    private Sha256() {}

    /** A fresh digest, for hashing in pieces. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    public static Hash256 once(Bytes... parts) {
        MessageDigest digest = DIGEST.get();
        update(digest, parts);
        return Hash256.of(digest.digest());
    }

    public static Hash256 twice(Bytes... parts) {
        MessageDigest digest = DIGEST.get();
        update(digest, parts);
        return finishTwice(digest);
    }

    public static Hash256 once(byte[] bytes, int offset, int length) {
        MessageDigest digest = DIGEST.get();
        digest.update(bytes, offset, length);
        return Hash256.of(digest.digest());
    }

    public static Hash256 twice(byte[] bytes, int offset, int length) {
        MessageDigest digest = DIGEST.get();
        digest.update(bytes, offset, length);
        return finishTwice(digest);
    }

    /** SHA-256 of the tag's hash twice and the parts (BIP-0340). For a tag in constant use keep a {@link Tag}. */
    public static Hash256 tagged(String tag, Bytes... parts) {
        return new Tag(tag).hash(parts);
    }

    /** A BIP-0340 tag with its first block already hashed. */
    public static final class Tag {
        private final MessageDigest midstate;

        public Tag(String tag) {
            byte[] hash = newDigest().digest(tag.getBytes(StandardCharsets.UTF_8));
            midstate = newDigest();
            midstate.update(hash);
            midstate.update(hash);
        }

        public Hash256 hash(Bytes... parts) {
            MessageDigest digest = start();
            update(digest, parts);
            return Hash256.of(digest.digest());
        }

        /** A digest that has taken in the tag, for hashing in pieces. */
        public MessageDigest start() {
            try {
                return (MessageDigest) midstate.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError("the JDK's SHA-256 can be cloned", e);
            }
        }
    }

    private static void update(MessageDigest digest, Bytes... parts) {
        for (Bytes part : parts) {
            digest.update(part.sharedArray(), part.arrayOffset(), part.length());
        }
    }

    private static Hash256 finishTwice(MessageDigest digest) {
        byte[] hash = new byte[Hash256.BYTES];
        try {
            digest.digest(hash, 0, hash.length);
            digest.update(hash);
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new AssertionError("32 bytes have room for SHA-256", e);
        }
        return Hash256.of(hash);
    }
}
