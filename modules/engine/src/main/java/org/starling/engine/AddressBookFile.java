package org.starling.engine;

import java.util.function.Consumer;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;
import org.starling.world.FileStore;
import org.starling.world.Randomness;

/**
 * An {@link AddressBook} as a file: {@code STARADDR}, version (u32), key (32 bytes), count (CompactSize), entries, and
 * the SHA-256 of all that. Integers are little-endian. An entry: address and source, each as BIP-0155 network id,
 * address bytes and port (big-endian u16); services (u64); seen, last try and last success (u32 seconds each); failed
 * attempts (u32); 1 if tried.
 */
public final class AddressBookFile {
    private static final Bytes MAGIC = Bytes.wrap(NetAddress.ascii("STARADDR"));
    private static final int VERSION = 1;
    private static final int MIN_ENTRY_BYTES = 2 * 7 + 8 + 4 * 4 + 1;

    private AddressBookFile() {}

    /**
     * Reads the book from that file, or begins an empty one if there is none. A damaged file is kept beside it as
     * {@code <path>.damaged}, said so in the log, and an empty book is begun.
     */
    public static AddressBook load(
            FileStore files, String path, Routability routability, Randomness random, Consumer<LogEvent> log) {
        return load(files, path, routability, Defences.ALL, random, log);
    }

    /** As {@link #load(FileStore, String, Routability, Randomness, Consumer)}, with those defences in force. */
    public static AddressBook load(
            FileStore files,
            String path,
            Routability routability,
            Defences defences,
            Randomness random,
            Consumer<LogEvent> log) {
        byte[] content = files.read(path);
        if (content == null) {
            String where = "(\"" + files.place(path) + "\")";
            log.accept(LogEvent.info("addrman", "Creating " + path + " because the file was not found " + where));
            return empty(routability, defences, random);
        }
        try {
            AddressBook book = decode(Bytes.wrap(content), routability, defences, random);
            log.accept(LogEvent.info("addrman", "Loaded " + book.size() + " addresses from " + path));
            return book;
        } catch (MalformedException e) {
            files.replace(path + ".damaged", content);
            files.delete(path);
            log.accept(LogEvent.warning(
                    "addrman",
                    path + " is damaged (" + e.getMessage() + "); it was set aside as " + path
                            + ".damaged and addresses are collected anew"));
            return empty(routability, defences, random);
        }
    }

    private static AddressBook empty(Routability routability, Defences defences, Randomness random) {
        byte[] key = new byte[32];
        random.fill(key);
        return new AddressBook(Bytes.wrap(key), routability, defences, random);
    }

    /** The file's content for the book as it is now. */
    public static Bytes encode(AddressBook book) {
        ByteWriter writer = new ByteWriter(64 + book.size() * 64);
        writer.bytes(MAGIC).u32(VERSION).bytes(book.key()).compactSize(book.size());
        for (KnownAddress entry : book.entries()) {
            writeAddress(writer, entry.address());
            writeAddress(writer, entry.source());
            writer.i64(entry.services())
                    .u32(entry.seenSeconds())
                    .u32(entry.lastTrySeconds())
                    .u32(entry.lastSuccessSeconds())
                    .i32(entry.attempts())
                    .u8(entry.isTried() ? 1 : 0);
        }
        writer.hash256(Sha256.once(writer.sharedArray(), 0, writer.length()));
        return writer.toBytes();
    }

    static AddressBook decode(Bytes content, Routability routability, Defences defences, Randomness random)
            throws MalformedException {
        int body = content.length() - Hash256.BYTES;
        if (body < 0 || !Sha256.once(content.slice(0, body)).toBytes().equals(content.from(body))) {
            throw new MalformedException("its checksum does not match");
        }
        ByteReader reader = content.slice(0, body).reader();
        if (!reader.bytes(MAGIC.length()).equals(MAGIC)) {
            throw new MalformedException("it is no address book");
        }
        long version = reader.u32();
        if (version != VERSION) {
            throw new MalformedException("version " + version + " is not known");
        }
        AddressBook book = new AddressBook(reader.bytes(32).compact(), routability, defences, random);
        int count = reader.count(MIN_ENTRY_BYTES);
        for (int i = 0; i < count; i++) {
            NetAddress address = readAddress(reader);
            NetAddress source = readAddress(reader);
            KnownAddress entry = new KnownAddress(address, source, reader.i64(), reader.u32());
            entry.restore(reader.u32(), reader.u32(), reader.i32());
            book.restore(entry, reader.u8() == 1);
        }
        reader.expectEnd();
        return book;
    }

    private static void writeAddress(ByteWriter writer, NetAddress address) {
        writer.u8(address.network().bip155Id()).bytes(address.address()).u16BigEndian(address.port());
    }

    private static NetAddress readAddress(ByteReader reader) throws MalformedException {
        int id = reader.u8();
        NetworkType type = NetworkType.byId(id);
        if (type == null) {
            throw new MalformedException("network " + id + " is not known");
        }
        return new NetAddress(type, reader.bytes(type.addressBytes()), reader.u16BigEndian());
    }
}
