package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;
import org.starling.world.FileStore;

/**
 * The nodes that blocks came from without gossip when the node was last stopped: connected to first at the next start, so
 * that whoever fills the address book cannot choose all links of a restarted node. A file in the form that Core uses,
 * {@code anchors.dat}: network magic, count (CompactSize), entries, and the double SHA-256 of all that. An entry: version
 * (u32), time (u32), services (CompactSize), and address as in BIP-0155.
 */
public final class AnchorFile {
    /** The version that entries are written with: that of the first Core with this form, and a bit for BIP-0155. */
    private static final long ENTRY_VERSION = 0x2000_0000L | 220_000;

    private AnchorFile() {}

    /** One node. */
    public record Anchor(NetAddress address, long services) {}

    /**
     * Reads the anchors and removes the file: a node that makes us crash is not gone back to again. A damaged file counts
     * as none.
     */
    public static List<Anchor> take(FileStore files, String path, Bytes magic, Consumer<LogEvent> log) {
        byte[] content = files.read(path);
        List<Anchor> anchors = List.of();
        if (content != null) {
            try {
                anchors = decode(Bytes.wrap(content), magic);
            } catch (MalformedException e) {
                log.accept(LogEvent.info("net", path + " is damaged (" + e.getMessage() + "); going on without it"));
            }
            files.delete(path);
        }
        log.accept(LogEvent.info("net", anchors.size() + " block-relay-only anchors will be tried for connections."));
        return anchors;
    }

    static List<Anchor> decode(Bytes content, Bytes magic) throws MalformedException {
        int body = content.length() - Hash256.BYTES;
        if (body < 0 || !Sha256.twice(content.slice(0, body)).toBytes().equals(content.from(body))) {
            throw new MalformedException("its checksum does not match");
        }
        ByteReader reader = content.slice(0, body).reader();
        if (!reader.bytes(magic.length()).equals(magic)) {
            throw new MalformedException("it is of another chain");
        }
        int count = reader.compactSize();
        List<Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reader.skip(8);
            long services = reader.compactSizeOfAnyRange();
            NetworkType network = NetworkType.byId(reader.u8());
            Bytes address = reader.varBytes(Limits.ADDRESS_BYTES);
            int port = reader.u16BigEndian();
            if (network != null && address.length() == network.addressBytes() && anchors.size() < Limits.ANCHORS) {
                anchors.add(new Anchor(new NetAddress(network, address, port), services));
            }
        }
        reader.expectEnd();
        return anchors;
    }

    /** The file's content. */
    public static Bytes encode(List<Anchor> anchors, Bytes magic) {
        ByteWriter writer = new ByteWriter();
        writer.bytes(magic).compactSize(anchors.size());
        for (Anchor anchor : anchors) {
            NetAddress address = anchor.address();
            writer.u32(ENTRY_VERSION)
                    .u32(0)
                    .compactSize(anchor.services())
                    .u8(address.network().bip155Id())
                    .varBytes(address.address())
                    .u16BigEndian(address.port());
        }
        writer.hash256(Sha256.twice(writer.sharedArray(), 0, writer.length()));
        return writer.toBytes();
    }
}
