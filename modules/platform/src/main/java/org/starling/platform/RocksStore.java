package org.starling.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.starling.world.KeyValueStore;
import org.starling.world.StorageException;

/**
 * {@link KeyValueStore} on RocksDB: one column family, a write-ahead log, bloom filters, no compression (hashes and
 * scripts hardly compress). After a crash it holds a prefix of the writes that includes every synced one.
 *
 * <p>The native database must not be touched after it is closed, so every use holds the read side of a lock whose write
 * side closes it; a use after that is a {@link StorageException}. Close snapshots before the store.
 */
public final class RocksStore implements KeyValueStore {
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final int BLOCK_BYTES = 4096;
    private static final int MAX_OPEN_FILES = 512;
    private static final long MIN_WRITE_BUFFER_BYTES = 2L << 20;
    private static final long MAX_WRITE_BUFFER_BYTES = 64L << 20;

    /** A cache for a node that should stay small. */
    public static final long SMALL_CACHE_BYTES = 8L << 20;

    private final RocksDB database;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions buffered = new WriteOptions();
    private final ReadOptions scanning = new ReadOptions().setFillCache(false).setReadaheadSize(256 << 10);
    private final List<AbstractNativeReference> owned;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;

    private RocksStore(RocksDB database, List<AbstractNativeReference> owned) {
        this.database = database;
        this.owned = owned;
    }

    /**
     * Opens the database in that directory, creating it if it is absent.
     *
     * @param cacheBytes memory for cached blocks and the write buffers together, {@link #SMALL_CACHE_BYTES} for little
     */
    public static RocksStore open(Path directory, long cacheBytes) {
        RocksDB.loadLibrary();
        List<AbstractNativeReference> owned = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            LRUCache cache = own(owned, new LRUCache(cacheBytes / 2));
            BloomFilter filter = own(owned, new BloomFilter(BLOOM_BITS_PER_KEY));
            Options options = own(owned, options(cacheBytes, cache, filter));
            return new RocksStore(RocksDB.open(options, directory.toString()), owned);
        } catch (RocksDBException | IOException e) {
            closeAll(owned);
            throw new StorageException("Cannot open the database in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static Options options(long cacheBytes, LRUCache cache, BloomFilter filter) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setBlockSize(BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(false)
                .setFormatVersion(5);
        return new Options()
                .setCreateIfMissing(true)
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(Math.clamp(cacheBytes / 4, MIN_WRITE_BUFFER_BYTES, MAX_WRITE_BUFFER_BYTES))
                .setMaxWriteBufferNumber(2)
                .setLevelCompactionDynamicLevelBytes(true)
                .setMaxOpenFiles(MAX_OPEN_FILES)
                .setMaxBackgroundJobs(2)
                // A log that ends in a torn record is an ordinary crash; damage before the end must not be skipped.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(256L << 20)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatsDumpPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
                .setKeepLogFileNum(1);
    }

    private static <T extends AbstractNativeReference> T own(List<AbstractNativeReference> owned, T reference) {
        owned.add(reference);
        return reference;
    }

    private static void closeAll(List<AbstractNativeReference> owned) {
        for (AbstractNativeReference reference : owned.reversed()) {
            reference.close();
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Lock lock = use();
        try {
            return database.get(key);
        } catch (RocksDBException e) {
            throw failure("read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
        if (keys.isEmpty()) {
            return List.of();
        }
        Lock lock = use();
        try {
            return database.multiGetAsList(keys);
        } catch (RocksDBException e) {
            throw failure("read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Batch batch() {
        return new RocksBatch();
    }

    @Override
    public void write(Batch batch, Durability durability) {
        Lock lock = use();
        try (WriteBatch changes = new WriteBatch()) {
            ((RocksBatch) batch).addTo(changes);
            database.write(durability == Durability.SYNCED ? synced : buffered, changes);
        } catch (RocksDBException e) {
            throw failure("write", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void scan(byte[] prefix, Visitor visitor) {
        Lock lock = use();
        try (RocksIterator iterator = database.newIterator(scanning)) {
            scan(iterator, prefix, visitor);
        } catch (RocksDBException e) {
            throw failure("scan", e);
        } finally {
            lock.unlock();
        }
    }

    private static void scan(RocksIterator iterator, byte[] prefix, Visitor visitor) throws RocksDBException {
        for (iterator.seek(prefix); iterator.isValid(); iterator.next()) {
            byte[] key = iterator.key();
            if (key.length < prefix.length
                    || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)
                    || !visitor.visit(key, iterator.value())) {
                break;
            }
        }
        iterator.status();
    }

    @Override
    public Snapshot snapshot() {
        Lock lock = use();
        try {
            return new RocksSnapshot();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                synced.close();
                buffered.close();
                scanning.close();
                database.closeE();
                closeAll(owned);
            }
        } catch (RocksDBException e) {
            throw failure("close", e);
        } finally {
            open.writeLock().unlock();
        }
    }

    private Lock use() {
        Lock lock = open.readLock();
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new StorageException("the database is closed");
        }
        return lock;
    }

    private static StorageException failure(String what, RocksDBException e) {
        return new StorageException("Cannot " + what + " the database: " + e.getMessage(), e);
    }

    private final class RocksSnapshot implements Snapshot {
        private final org.rocksdb.Snapshot moment = database.getSnapshot();
        private final ReadOptions options =
                new ReadOptions().setSnapshot(moment).setFillCache(false).setReadaheadSize(256 << 10);
        private boolean released;

        @Override
        public byte @Nullable [] get(byte[] key) {
            Lock lock = use();
            try {
                return database.get(options, key);
            } catch (RocksDBException e) {
                throw failure("read", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void scan(byte[] prefix, Visitor visitor) {
            Lock lock = use();
            try (RocksIterator iterator = database.newIterator(options)) {
                RocksStore.scan(iterator, prefix, visitor);
            } catch (RocksDBException e) {
                throw failure("scan", e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            open.readLock().lock();
            try {
                if (!released && !closed) {
                    released = true;
                    options.close();
                    database.releaseSnapshot(moment);
                }
            } finally {
                open.readLock().unlock();
            }
        }
    }

    /** Collects on the heap, so that a batch never written owns nothing native. */
    private static final class RocksBatch implements Batch {
        private final List<byte @Nullable []> pairs = new ArrayList<>();

        @Override
        public Batch put(byte[] key, byte[] value) {
            pairs.add(key);
            pairs.add(value);
            return this;
        }

        @Override
        public Batch delete(byte[] key) {
            pairs.add(key);
            pairs.add(null);
            return this;
        }

        @Override
        public int size() {
            return pairs.size() / 2;
        }

        private void addTo(WriteBatch changes) throws RocksDBException {
            for (int i = 0; i < pairs.size(); i += 2) {
                byte[] key = pairs.get(i);
                byte[] value = pairs.get(i + 1);
                if (value == null) {
                    changes.delete(key);
                } else {
                    changes.put(key, value);
                }
            }
        }
    }
}
