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

    private sealed interface Change {
        record Write(int position, Bytes bytes) implements Change {}

        record Truncate(int size) implements Change {}
    }

    private static final class Content {
        private byte[] live = new byte[0];
        private int size;
        private byte[] durable = new byte[0];
        private final List<Change> unsynced = new ArrayList<>();

        void write(int position, byte[] bytes) {
            if (unsynced.isEmpty()) {
                durable = Arrays.copyOf(live, size);
            }
            unsynced.add(new Change.Write(position, Bytes.wrap(bytes)));
            apply(position, bytes, bytes.length);
        }

        void truncate(int newSize) {
            if (newSize < size) {
                if (unsynced.isEmpty()) {
                    durable = Arrays.copyOf(live, size);
                }
                unsynced.add(new Change.Truncate(newSize));
                Arrays.fill(live, newSize, size, (byte) 0);
                size = newSize;
            }
        }

        void sync() {
            unsynced.clear();
            durable = new byte[0];
        }

        void loseUnsynced(Randomness randomness) {
            if (unsynced.isEmpty()) {
                return;
            }
            live = durable;
            size = durable.length;
            List<Change> changes = List.copyOf(unsynced);
            unsynced.clear();
            for (Change change : changes) {
                if (randomness.below(2) == 0) {
                    continue;
                }
                switch (change) {
                    case Change.Write write -> {
                        boolean torn = randomness.below(4) == 0;
                        int kept = torn ? randomness.below(write.bytes.length() + 1) : write.bytes.length();
                        apply(write.position, write.bytes.toArray(), kept);
                    }
                    case Change.Truncate truncate -> size = Math.min(size, truncate.size);
                }
            }
            durable = new byte[0];
        }

        private void apply(int position, byte[] bytes, int count) {
            int end = Math.addExact(position, count);
            if (end > live.length) {
                live = Arrays.copyOf(live, Math.max(end, Math.min(live.length * 2, 1 << 30)));
            }
            System.arraycopy(bytes, 0, live, position, count);
            size = Math.max(size, end);
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
