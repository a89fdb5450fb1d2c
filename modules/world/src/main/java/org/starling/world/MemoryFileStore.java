package org.starling.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * {@link FileStore} on a {@link MemoryDisk}. A crash keeps each unsynced write or truncation with even odds, on its own
 * and not in order; a kept write may be torn at any byte. A deletion or a replacement is durable when it returns.
 */
public final class MemoryFileStore implements FileStore, MemoryDisk.Survivor {
    private final MemoryDisk disk;
    private final Map<String, Content> files = new TreeMap<>();

    public MemoryFileStore(MemoryDisk disk) {
        this.disk = disk;
        disk.attach(this);
    }

    @Override
    public OpenFile open(String path) {
        synchronized (disk) {
            disk.checkRead();
            Content content = files.get(path);
            if (content == null) {
                disk.beforeWrite(0);
                content = new Content();
                files.put(path, content);
                disk.afterWrite();
            }
            return new MemoryFile(content);
        }
    }

    @Override
    public boolean exists(String path) {
        synchronized (disk) {
            disk.checkRead();
            return files.containsKey(path);
        }
    }

    @Override
    public List<String> list(String folder) {
        synchronized (disk) {
            disk.checkRead();
            String prefix = folder.isEmpty() ? "" : folder + "/";
            return files.keySet().stream()
                    .filter(path -> path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0)
                    .toList();
        }
    }

    @Override
    public void delete(String path) {
        synchronized (disk) {
            disk.beforeWrite(0);
            Content content = files.remove(path);
            if (content != null) {
                disk.freed(content.size);
            }
            disk.afterWrite();
        }
    }

    @Override
    public byte @Nullable [] read(String path) {
        synchronized (disk) {
            disk.checkRead();
            Content content = files.get(path);
            return content == null ? null : Arrays.copyOf(content.live, content.size);
        }
    }

    @Override
    public void replace(String path, byte[] bytes) {
        synchronized (disk) {
            disk.beforeWrite(bytes.length);
            // A crash planned for this write falls before the rename.
            disk.afterWrite();
            Content content = new Content();
            content.write(0, bytes);
            content.sync();
            Content old = files.put(path, content);
            if (old != null) {
                disk.freed(old.size);
            }
        }
    }

    @Override
    public long freeBytes() {
        return disk.freeBytes();
    }

    @Override
    public void loseUnsynced(Randomness randomness) {
        files.values().forEach(content -> content.loseUnsynced(randomness));
    }

    /** Takes over the files of another, as if the disk had been copied. */
    public void copyFrom(MemoryFileStore other) {
        synchronized (other.disk) {
            synchronized (disk) {
                other.files.forEach((path, content) -> files.put(path, content.copy()));
            }
        }
    }

    /**
     * An unsynced change, with what it takes to undo it.
     *
     * @param sizeBefore the file's size before
     * @param overwritten what was there before, from the position on
     */
    private record Change(int position, Bytes written, boolean truncates, int sizeBefore, Bytes overwritten) {}

    private static final class Content {
        private byte[] live = new byte[0];
        private int size;
        private boolean shared;
        private final List<Change> unsynced = new ArrayList<>();

        Content copy() {
            Content copy = new Content();
            copy.live = live;
            copy.size = size;
            copy.shared = true;
            shared = true;
            return copy;
        }

        void write(int position, byte[] bytes) {
            unsynced.add(new Change(position, Bytes.wrap(bytes), false, size, part(position, bytes.length)));
            apply(position, bytes, bytes.length);
        }

        void truncate(int newSize) {
            if (newSize < size) {
                unsynced.add(new Change(newSize, Bytes.EMPTY, true, size, part(newSize, size - newSize)));
                cut(newSize);
            }
        }

        private Bytes part(int position, int length) {
            return position >= size
                    ? Bytes.EMPTY
                    : Bytes.wrap(Arrays.copyOfRange(live, position, Math.min(position + length, size)));
        }

        private void cut(int newSize) {
            own(live.length);
            Arrays.fill(live, newSize, size, (byte) 0);
            size = newSize;
        }

        void sync() {
            unsynced.clear();
        }

        void loseUnsynced(Randomness randomness) {
            List<Change> changes = List.copyOf(unsynced);
            unsynced.clear();
            changes.reversed().forEach(this::undo);
            for (Change change : changes) {
                if (randomness.below(2) == 0) {
                    continue;
                }
                if (change.truncates) {
                    cut(Math.min(size, change.position));
                } else {
                    boolean torn = randomness.below(4) == 0;
                    int length = change.written.length();
                    int kept = torn ? randomness.below(length + 1) : length;
                    apply(change.position, change.written.toArray(), kept);
                }
            }
        }

        private void undo(Change change) {
            if (size > change.sizeBefore) {
                cut(change.sizeBefore);
            }
            apply(change.position, change.overwritten.toArray(), change.overwritten.length());
            size = change.sizeBefore;
        }

        private void apply(int position, byte[] bytes, int count) {
            if (count == 0) {
                return;
            }
            int end = Math.addExact(position, count);
            own(end <= live.length ? live.length : Math.max(end, Math.min(live.length + live.length / 2, 1 << 30)));
            System.arraycopy(bytes, 0, live, position, count);
            size = Math.max(size, end);
        }

        private void own(int capacity) {
            if (shared || capacity > live.length) {
                live = Arrays.copyOf(live, capacity);
                shared = false;
            }
        }
    }

    private final class MemoryFile implements OpenFile {
        private final Content content;

        MemoryFile(Content content) {
            this.content = content;
        }

        @Override
        public long size() {
            synchronized (disk) {
                disk.checkRead();
                return content.size;
            }
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            synchronized (disk) {
                disk.checkRead();
                int count = Math.clamp(content.size - position, 0, length);
                if (count > 0) {
                    System.arraycopy(content.live, (int) position, target, offset, count);
                }
                return count;
            }
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) {
            synchronized (disk) {
                disk.beforeWrite(Math.max(0, position + length - content.size));
                content.write(Math.toIntExact(position), Arrays.copyOfRange(source, offset, offset + length));
                disk.afterWrite();
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (disk) {
                disk.beforeWrite(0);
                disk.freed(Math.max(0, content.size - size));
                content.truncate(Math.toIntExact(size));
                disk.afterWrite();
            }
        }

        @Override
        public void sync() {
            synchronized (disk) {
                disk.beforeWrite(0);
                // A crash in the sync finds the writes not yet safe.
                disk.afterWrite();
                content.sync();
            }
        }

        @Override
        public void close() {}
    }
}
