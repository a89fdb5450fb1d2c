package org.starling.engine;

import org.starling.bytes.Bytes;
import org.starling.crypto.FsChaCha20;
import org.starling.crypto.FsChaCha20Poly1305;
import org.starling.crypto.HkdfSha256;

/**
 * The keys of a BIP-0324 session, and packets under them. A packet is the length of the contents in three bytes
 * (encrypted), then, encrypted together, a header byte and the contents, then a tag of 16 bytes.
 */
final class V2Session {
    static final int LENGTH_BYTES = 3;
    static final int HEADER_BYTES = 1;

    /** What a packet has beside its contents. */
    static final int EXPANSION = LENGTH_BYTES + HEADER_BYTES + FsChaCha20Poly1305.TAG_BYTES;

    static final int TERMINATOR_BYTES = 16;

    private static final int IGNORE = 0x80;
    private static final byte[] SALT = NetAddress.ascii("bitcoin_v2_shared_secret");

    private final FsChaCha20 sendLengths;
    private final FsChaCha20Poly1305 sendPackets;
    private final FsChaCha20 receiveLengths;
    private final FsChaCha20Poly1305 receivePackets;
    private final Bytes sendTerminator;
    private final Bytes receiveTerminator;
    private final Bytes id;

    /**
     * @param magic the network's four bytes
     * @param sharedSecret what the two keys agree on, 32 bytes
     * @param initiating whether this side opened the link
     */
    V2Session(Bytes magic, Bytes sharedSecret, boolean initiating) {
        Bytes key = HkdfSha256.extract(Bytes.concat(Bytes.wrap(SALT), magic), sharedSecret);
        String us = initiating ? "initiator" : "responder";
        String them = initiating ? "responder" : "initiator";
        sendLengths = new FsChaCha20(HkdfSha256.expand(key, us + "_L"), LENGTH_BYTES);
        sendPackets = new FsChaCha20Poly1305(HkdfSha256.expand(key, us + "_P"));
        receiveLengths = new FsChaCha20(HkdfSha256.expand(key, them + "_L"), LENGTH_BYTES);
        receivePackets = new FsChaCha20Poly1305(HkdfSha256.expand(key, them + "_P"));
        Bytes terminators = HkdfSha256.expand(key, "garbage_terminators");
        Bytes ofInitiator = terminators.slice(0, TERMINATOR_BYTES);
        Bytes ofResponder = terminators.from(TERMINATOR_BYTES);
        sendTerminator = initiating ? ofInitiator : ofResponder;
        receiveTerminator = initiating ? ofResponder : ofInitiator;
        id = HkdfSha256.expand(key, "session_id");
    }

    Bytes sendTerminator() {
        return sendTerminator;
    }

    Bytes receiveTerminator() {
        return receiveTerminator;
    }

    /** 32 bytes that both sides know, and nobody between them. */
    Bytes id() {
        return id;
    }

    /**
     * The packet of these contents.
     *
     * @param associated what the other side must have received before, for the tag to fit
     * @param decoy whether the other side is to throw it away
     */
    Bytes encrypt(Bytes associated, boolean decoy, Bytes... contents) {
        int length = 0;
        for (Bytes part : contents) {
            length += part.length();
        }
        byte[] packet = new byte[length + EXPANSION];
        for (int i = 0; i < LENGTH_BYTES; i++) {
            packet[i] = (byte) (length >>> 8 * i);
        }
        sendLengths.crypt(packet, 0);
        packet[LENGTH_BYTES] = (byte) (decoy ? IGNORE : 0);
        int at = LENGTH_BYTES + HEADER_BYTES;
        for (Bytes part : contents) {
            part.copyTo(packet, at);
            at += part.length();
        }
        sendPackets.encrypt(packet, LENGTH_BYTES, HEADER_BYTES + length, associated);
        return Bytes.wrap(packet);
    }

    /** The length of the contents of the packet that begins with these three bytes, which are left decrypted. */
    int decryptLength(byte[] encrypted) {
        receiveLengths.crypt(encrypted, 0);
        return encrypted[0] & 0xff | (encrypted[1] & 0xff) << 8 | (encrypted[2] & 0xff) << 16;
    }

    /**
     * Decrypts what follows a packet's length where it stands: the header byte, the contents, the tag. False if it is not
     * what was sent, or not from the other side.
     */
    boolean decrypt(byte[] packet, int length, Bytes associated) {
        return receivePackets.decrypt(packet, 0, length, associated);
    }

    /** Whether a decrypted packet is to be thrown away. */
    static boolean isDecoy(byte[] decrypted) {
        return (decrypted[0] & IGNORE) != 0;
    }
}
