package org.starling.chain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.crypto.Sha256;
import org.starling.world.FileStore;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.StorageException;

/**
 * Blocks and undo data in files as Bitcoin Core keeps them. A block file {@code blkNNNNN.dat} holds records of the
 * network's magic, a 4-byte length and a serialized block, in the order of arrival; {@code revNNNNN.dat} holds magic,
 * length, the undo data of a block of that file, and the double SHA-256 of the parent's hash and the undo data.
 *
 * <p>Writing is the validation thread's; reading is safe from any.
 */
final class BlockFiles {
    static final int MAX_FILE_BYTES = 128 << 20;
    static final int HEADER_BYTES = 8;

    /** Writing stops while there is still room to shut down in order. */
    static final long MIN_FREE_BYTES = 50L << 20;

    private static final long BYTES_BETWEEN_SPACE_CHECKS = 4L << 20;

    private final FileStore files;
    private final Bytes magic;
    private final XorKey key;
    private final int maxFileBytes;
    private final List<BlockFileInfo> infos = new ArrayList<>();
    private final Set<Integer> dirtyInfos = new TreeSet<>();
    private final Map<String, OpenFile> writing = new HashMap<>();
    private long bytesSinceSpaceCheck = BYTES_BETWEEN_SPACE_CHECKS;

    BlockFiles(FileStore files, Bytes magic, XorKey key, int maxFileBytes) {
        this.files = files;
        this.magic = magic;
        this.key = key;
        this.maxFileBytes = maxFileBytes;
    }

    static String blockFile(int number) {
        return "blk%05d.dat".formatted(number);
    }

    static String undoFile(int number) {
        return "rev%05d.dat".formatted(number);
    }

    FileStore files() {
        return files;
    }

    Bytes magic() {
        return magic;
    }

    XorKey key() {
        return key;
    }

    /** Files known, pruned ones included. */
    int count() {
        return infos.size();
    }

    BlockFileInfo info(int number) {
        while (infos.size() <= number) {
            infos.add(new BlockFileInfo());
        }
        return infos.get(number);
    }

    void load(int number, BlockFileInfo info) {
        info(number);
        infos.set(number, info);
    }

    /** Lets nothing be written before {@code end} of that file; gives where writing may begin. */
    int reserve(int number, int end) {
        BlockFileInfo info = info(number);
        if (info.size < end) {
            info.size = end;
            dirtyInfos.add(number);
        }
        return info.size;
    }

    /** Makes the file to write to one behind all that are on disk. */
    void goBeyondExisting() {
        for (String name : files.list("")) {
            Integer number = numberOf(name);
            if (number != null) {
                info(number + 1);
            }
        }
    }

    /** Goes back to the last file that holds something. */
    void goBackToLast() {
        while (infos.size() > 1 && infos.getLast().size == 0) {
            infos.removeLast();
            dirtyInfos.remove(infos.size());
        }
    }

    /** Appends a block and tells where its serialization begins. */
    Position append(Block block, int height) {
        int length = block.totalLength();
        int number = Math.max(0, infos.size() - 1);
        if (info(number).size > 0 && info(number).size + HEADER_BYTES + (long) length > maxFileBytes) {
            finish(number);
            number++;
        }
        BlockFileInfo info = info(number);
        ByteWriter record = new ByteWriter(HEADER_BYTES + length);
        record.bytes(magic).i32(length).bytes(block.serialized());
        write(blockFile(number), info.size, record.sharedArray(), record.length());
        int position = info.size + HEADER_BYTES;
        addBlock(number, height, position + length);
        return new Position(number, position);
    }

    /** Takes note of a block that is in a file already. */
    void addBlock(int number, int height, int end) {
        info(number).addBlock(height, end);
        dirtyInfos.add(number);
    }

    /** A block's undo data as they stand in an undo file. Safe to call from any thread. */
    byte[] undoRecord(Hash256 parent, BlockUndo undo) {
        ByteWriter body = new ByteWriter(1024);
        undo.write(body);
        Bytes bytes = Bytes.wrap(body.sharedArray(), 0, body.length());
        return new ByteWriter(HEADER_BYTES + bytes.length() + Hash256.BYTES)
                .bytes(magic)
                .i32(bytes.length())
                .bytes(bytes)
                .hash256(Sha256.twice(parent.toBytes(), bytes))
                .toArray();
    }

    /** Appends what {@link #undoRecord} gave to the undo file of that number and tells where the undo data begin. */
    int appendUndo(int number, byte[] record) {
        BlockFileInfo info = info(number);
        int position = info.undoSize;
        write(undoFile(number), position, record, record.length);
        info.undoSize += record.length;
        dirtyInfos.add(number);
        return position + HEADER_BYTES;
    }

    private void write(String name, int position, byte[] record, int length) {
        checkSpace(length);
        key.apply(record, 0, length, position);
        writing.computeIfAbsent(name, files::open).write(position, record, 0, length);
    }

    private void checkSpace(int length) {
        bytesSinceSpaceCheck += length;
        if (bytesSinceSpaceCheck >= BYTES_BETWEEN_SPACE_CHECKS) {
            bytesSinceSpaceCheck = 0;
            if (files.freeBytes() < MIN_FREE_BYTES) {
                throw new StorageException("Disk space is too low! " + (files.freeBytes() >> 20)
                        + " MiB are free where the blocks are; make room and start again.");
            }
        }
    }

    /** The serialized block at that place. */
    Bytes readBlock(int number, int position) {
        return readRecord(blockFile(number), position, 0);
    }

    /** So many bytes of the block at that place, from byte {@code from} of it on. */
    Bytes readBlockPart(int number, int position, int from, int length) {
        String name = blockFile(number);
        if (!files.exists(name)) {
            throw new StorageException("The file " + name + " of the block store is missing");
        }
        try (OpenFile file = files.open(name)) {
            int whole = recordLength(file, position - HEADER_BYTES);
            if (from < 0 || length < 0 || whole < from + (long) length) {
                throw new StorageException("There is no block of " + (from + (long) length) + " bytes at byte "
                        + position + " of " + name);
            }
            byte[] bytes = new byte[length];
            if (file.read(position + (long) from, bytes, 0, length) < length) {
                throw new StorageException("There is no whole record at byte " + position + " of " + name);
            }
            key.apply(bytes, 0, length, position + (long) from);
            return Bytes.wrap(bytes);
        }
    }

    /** The undo data at that place, their checksum checked. */
    BlockUndo readUndo(int number, int position, Hash256 parent) {
        String name = undoFile(number);
        Bytes record = readRecord(name, position, Hash256.BYTES);
        Bytes body = record.slice(0, record.length() - Hash256.BYTES);
        if (!Sha256.twice(parent.toBytes(), body).toBytes().equals(record.from(body.length()))) {
            throw new StorageException("The undo data at byte " + position + " of " + name + " are damaged");
        }
        try {
            ByteReader reader = body.reader();
            BlockUndo undo = BlockUndo.read(reader);
            reader.expectEnd();
            return undo;
        } catch (MalformedException e) {
            throw new StorageException("The undo data at byte " + position + " of " + name + " do not decode", e);
        }
    }

    private Bytes readRecord(String name, int position, int trailer) {
        if (!files.exists(name)) {
            throw new StorageException("The file " + name + " of the block store is missing");
        }
        try (OpenFile file = files.open(name)) {
            int length = recordLength(file, position - HEADER_BYTES);
            byte[] bytes = length < 0 ? new byte[0] : new byte[length + trailer];
            if (length < 0 || file.read(position, bytes, 0, bytes.length) < bytes.length) {
                throw new StorageException("There is no whole record at byte " + position + " of " + name);
            }
            key.apply(bytes, 0, bytes.length, position);
            return Bytes.wrap(bytes);
        }
    }

    /** The length that the record header at {@code start} states; negative if there is no record that fits the file. */
    private int recordLength(OpenFile file, long start) {
        byte[] header = new byte[HEADER_BYTES];
        if (start < 0 || file.read(start, header, 0, HEADER_BYTES) < HEADER_BYTES) {
            return -1;
        }
        key.apply(header, 0, HEADER_BYTES, start);
        Bytes bytes = Bytes.wrap(header);
        if (!bytes.startsWith(magic)) {
            return -1;
        }
        long length = lengthField(bytes);
        return length >= 0 && start + HEADER_BYTES + length <= file.size() ? (int) length : -1;
    }

    private static long lengthField(Bytes header) {
        try {
            return header.from(4).reader().i32();
        } catch (MalformedException e) {
            throw new AssertionError("eight bytes hold a length", e);
        }
    }

    /** Whether a whole block stands at that place. */
    boolean holdsBlock(int number, int position) {
        return holds(blockFile(number), position, 0);
    }

    /** Whether whole undo data stand at that place. */
    boolean holdsUndo(int number, int position) {
        return holds(undoFile(number), position, Hash256.BYTES);
    }

    private boolean holds(String name, int position, int trailer) {
        if (!files.exists(name)) {
            return false;
        }
        try (OpenFile file = files.open(name)) {
            int length = recordLength(file, position - HEADER_BYTES);
            return length >= 0 && position + (long) length + trailer <= file.size();
        }
    }

    /** Makes all that was written durable. */
    void sync() {
        writing.values().forEach(OpenFile::sync);
        int last = infos.size() - 1;
        for (String name : List.copyOf(writing.keySet())) {
            if (!name.equals(blockFile(last)) && !name.equals(undoFile(last))) {
                close(name);
            }
        }
    }

    private void finish(int number) {
        OpenFile file = writing.get(blockFile(number));
        if (file != null) {
            file.sync();
            close(blockFile(number));
        }
    }

    private void close(String name) {
        OpenFile file = writing.remove(name);
        if (file != null) {
            file.close();
        }
    }

    /** The infos changed since the last call, by file number. */
    Map<Integer, BlockFileInfo> takeDirtyInfos() {
        Map<Integer, BlockFileInfo> dirty = new HashMap<>();
        dirtyInfos.forEach(number -> dirty.put(number, infos.get(number)));
        dirtyInfos.clear();
        return dirty;
    }

    /** Forgets what the files of that number hold; {@link #delete} removes them once that is durable. */
    void forget(int number) {
        infos.set(number, new BlockFileInfo());
        dirtyInfos.add(number);
        close(blockFile(number));
        close(undoFile(number));
    }

    void delete(int number) {
        files.delete(blockFile(number));
        files.delete(undoFile(number));
    }

    /** Bytes of all blocks and undo data. */
    long totalBytes() {
        long total = 0;
        for (BlockFileInfo info : infos) {
            total += info.size + (long) info.undoSize;
        }
        return total;
    }

    void close() {
        List.copyOf(writing.keySet()).forEach(this::close);
    }

    /**
     * The oldest files that hold no block above that height, as many as it takes to come below the target. The file
     * that is written to is never among them.
     */
    SortedSet<Integer> filesToPrune(int highest, long targetBytes) {
        SortedSet<Integer> victims = new TreeSet<>();
        long total = totalBytes();
        for (int number = 0; number < lastNumber() && total > targetBytes; number++) {
            BlockFileInfo info = infos.get(number);
            if (info.size > 0 && info.highestHeight <= highest) {
                victims.add(number);
                total -= info.size + (long) info.undoSize;
            }
        }
        return victims;
    }

    /** Where a record's content begins. */
    record Position(int file, int offset) {}

    /** Number of the file that blocks go to now. */
    int lastNumber() {
        return Math.max(0, infos.size() - 1);
    }

    /** Number of a block file by its name; null for other names. */
    static @Nullable Integer numberOf(String name) {
        return name.matches("blk[0-9]{5}\\.dat") ? Integer.valueOf(name.substring(3, 8)) : null;
    }
}
