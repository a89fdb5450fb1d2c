package org.starling.embed;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.starling.chain.ScriptCache;
import org.starling.node.World;
import org.starling.platform.DataDirectoryLock;
import org.starling.platform.DiskFileStore;
import org.starling.platform.RocksStore;
import org.starling.platform.SecureRandomness;
import org.starling.platform.SocketDatagrams;
import org.starling.platform.SocketNetwork;
import org.starling.platform.SystemNames;
import org.starling.platform.ThreadLane;
import org.starling.platform.ThreadWorkers;
import org.starling.world.Clock;
import org.starling.world.FileStore;
import org.starling.world.KeyValueStore;
import org.starling.world.Lane;

/** The {@link World} that this machine is: a data directory, threads and sockets. Close it after the node. */
public final class MachineWorld implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Map<String, ThreadLane> lanes = new ConcurrentHashMap<>();
    private World world;
    private Lane walletLane;

    /**
     * What to open.
     *
     * @param directory of the chain's data ({@code ~/.starling/regtest}, say); its lock is taken
     * @param blocks the folder of the block files
     * @param storeCacheBytes memory that the database may keep of what it read
     * @param scriptThreads threads that check scripts
     */
    public record Place(Path directory, Path blocks, long storeCacheBytes, int scriptThreads) {
        public static Place of(Path directory) {
            return new Place(
                    directory,
                    directory.resolve("blocks"),
                    RocksStore.SMALL_CACHE_BYTES,
                    Runtime.getRuntime().availableProcessors());
        }
    }

    /**
     * Opens everything. Throws {@link org.starling.world.StorageException}, with a sentence for people, if another process
     * has the directory or the disk fails.
     *
     * @param name begins the names of the threads
     * @param onFailure told what ended a lane, on that lane's thread: the node must stop
     */
    public MachineWorld(Place place, String name, Consumer<Throwable> onFailure) {
        this(world -> world.onDisk(place), place.scriptThreads(), name, onFailure);
    }

    /** The same machine with a disk in memory; what the node wrote is in {@code disk} after it has ended. */
    public MachineWorld(MemoryStorage disk, String name, Consumer<Throwable> onFailure) {
        this(world -> disk.stores(), 1, name, onFailure);
    }

    private MachineWorld(
            Function<MachineWorld, Stores> storage, int scriptThreads, String name, Consumer<Throwable> onFailure) {
        boolean complete = false;
        try {
            Stores stores = storage.apply(this);
            ThreadWorkers workers = keep(new ThreadWorkers(name + "script", scriptThreads));
            Clock clock = System::currentTimeMillis;
            SecureRandomness randomness = new SecureRandomness();
            world = new World(
                    clock,
                    randomness,
                    stores.store,
                    stores.files,
                    stores.blocks,
                    workers,
                    new ScriptCache(randomness),
                    lane(name, "core", clock, onFailure),
                    lane(name, "validation", clock, onFailure),
                    lane(name, "disk", clock, onFailure),
                    folder -> new World.IndexPlace(
                            keep(stores.indexes.apply(folder)), lane(name, folder, clock, onFailure)),
                    SocketNetwork::new,
                    new SystemNames(),
                    new SocketDatagrams());
            walletLane = lane(name, "wallet", clock, onFailure);
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /**
     * Where a node keeps what it must not forget.
     *
     * @param indexes opens the store of an index, given its folder's name
     */
    record Stores(
            KeyValueStore store,
            FileStore files,
            FileStore blocks,
            Function<String, ? extends KeyValueStore> indexes) {}

    private Stores onDisk(Place place) {
        keep(DataDirectoryLock.acquire(place.directory()));
        keep(DataDirectoryLock.acquire(place.blocks()));
        return new Stores(
                keep(RocksStore.open(place.directory().resolve("chainstate"), place.storeCacheBytes())),
                new DiskFileStore(place.directory()),
                new DiskFileStore(place.blocks()),
                folder -> RocksStore.open(
                        place.directory().resolve("indexes").resolve(folder), RocksStore.SMALL_CACHE_BYTES));
    }

    private ThreadLane lane(String prefix, String name, Clock clock, Consumer<Throwable> onFailure) {
        ThreadLane lane = keep(new ThreadLane(prefix + name, clock, onFailure));
        lanes.put(name, lane);
        return lane;
    }

    /** The threads that decide things, by what they are for. */
    public Map<String, ThreadLane> lanes() {
        return Map.copyOf(lanes);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    public World world() {
        return world;
    }

    /** Where wallets learn of what the node does. */
    public Lane walletLane() {
        return walletLane;
    }

    /** Closes all, the last opened first. What fails to close does not keep the rest open. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (RuntimeException e) {
                failure = e;
            } catch (Exception e) {
                failure = new IllegalStateException(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
