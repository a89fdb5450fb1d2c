package org.starling.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.starling.bytes.Bytes;

/** SHA-1, for the opcode that still has it. */
public final class Sha1 {
    private Sha1() {}

    /** 20 bytes. */
    public static Bytes hash(Bytes message) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(message.sharedArray(), message.arrayOffset(), message.length());
            return Bytes.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-1", e);
        }
    }
}
