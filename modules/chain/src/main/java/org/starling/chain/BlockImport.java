package org.starling.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Rejection;
import org.starling.world.FileStore;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.Workers;

/**
 * Takes blocks from block files, in whatever order they stand there: one whose parent is not known yet waits, by its
 * place only, until the parent comes. Workers parse and check ahead; the chain grows while a foreign file is read. If the
 * index of the chain is being built anew, its own block files come first.
 *
 * <p>{@link #some} does a portion of the work, a fraction of a second of it, so that others can use the chain in between.
 */
public final class BlockImport {
    private static final Logger LOG = LoggerFactory.getLogger(BlockImport.class);
    private static final Logger REINDEX = LoggerFactory.getLogger("reindex");

    /** The chain is extended whenever so many bytes of blocks were taken in. */
    private static final long BYTES_PER_ACTIVATION = 24L << 20;

    /** Bytes of blocks in a portion of reading. */
    private static final long PORTION_BYTES = 8L << 20;

    /** Blocks that wait for a parent; more are dropped, and a second import finds them. */
    private static final int MAX_WAITING = 2_000_000;

    /** Learns how an import goes. */
    public interface Observer {
        /** So many bytes of the source are done. */
        default void progress(long bytes) {}

        /** The bytes from one offset to another are no block; what could be read again begins at {@code to}. */
        default void damaged(long from, long to, String reason) {}
    }

    /**
     * What an import did.
     *
     * @param blocks valid records found
     * @param stored of those, blocks that were new
     * @param rejected blocks that break a rule
     * @param orphans blocks whose parent is not known
     */
    public record Summary(int blocks, int stored, int rejected, int orphans) {}

    private final Chain chain;
    private final Workers workers;
    private final long nowSeconds;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private final Map<Hash256, List<Waiting>> waiting = new HashMap<>();
    private @Nullable ParsedBlocks reading;
    private int readTo;
    private boolean activating;
    private int waitingCount;
    private long bytesSinceActivation;
    private int blocks;
    private int stored;
    private int rejected;

    /** Where a block is that waits for its parent. */
    private record Waiting(Input input, long position, int length) {}

    /** A file in work from {@code start} on; {@code ownNumber} is negative if it is not one of our own block files. */
    private record Input(ByteSource source, XorKey key, long start, int ownNumber, Observer observer) {}

    /** An import into the chain. Like the chain itself it is the validation thread's. */
    public BlockImport(Chain chain, Workers workers, long nowSeconds) {
        this.chain = chain;
        this.workers = workers;
        this.nowSeconds = nowSeconds;
        if (chain.isReindexing()) {
            addOwnFiles(0);
        }
    }

    /**
     * Adds a foreign file, to be read after those added before. The source is used until the import is finished.
     *
     * @param xorKey the eight bytes that the file is XORed with; empty for none
     */
    public void add(ByteSource source, Bytes xorKey, Observer observer) {
        XorKey key = xorKey.isEmpty() ? XorKey.NONE : XorKey.of(xorKey);
        inputs.add(new Input(source, key, 0, -1, observer));
    }

    /** Reads a portion of the files, or extends the chain by one; false if nothing is left to do. */
    public boolean some() {
        if (chain.isClosed()) {
            return false;
        }
        if (activating) {
            activating = chain.activateSome();
            return true;
        }
        boolean more = !inputs.isEmpty();
        if (more) {
            chain.guard(() -> read(inputs.getFirst()));
        }
        if (inputs.isEmpty() && chain.isReindexing()) {
            chain.reindexed();
        }
        return more;
    }

    /** Reads all that was added. */
    public void readAll() {
        while (some()) {}
    }

    /** Reads what is left, extends the chain by it, and sums up. */
    public Summary finish() {
        readAll();
        chain.activateBest();
        return summary();
    }

    public Summary summary() {
        return new Summary(blocks, stored, rejected, waitingCount);
    }

    /** Takes in blocks that stand in our own files behind what the index knows, as a crash may leave them. */
    static void recoverTail(Chain chain, Workers workers, long nowSeconds) {
        BlockImport recovery = new BlockImport(chain, workers, nowSeconds);
        recovery.addOwnFiles(chain.blockFiles().lastNumber());
        while (!recovery.inputs.isEmpty()) {
            recovery.read(recovery.inputs.getFirst());
        }
        if (recovery.stored > 0) {
            LOG.info("Found {} blocks on disk that the index did not have", recovery.stored);
        }
    }

    private void addOwnFiles(int first) {
        BlockFiles files = chain.blockFiles();
        for (String name : files.files().list("")) {
            Integer number = BlockFiles.numberOf(name);
            if (number != null && number >= first) {
                Observer log = new Observer() {
                    @Override
                    public void damaged(long from, long to, String reason) {
                        LOG.warn("{} from byte {} to {}: {}", name, from, to, reason);
                    }
                };
                ByteSource source = OwnFile.of(files.files(), name);
                inputs.add(new Input(source, files.key(), files.info(number).size, number, log));
            }
        }
    }

    /** One of our own block files, open only while it is read. */
    private record OwnFile(FileStore files, String name, long size) implements ByteSource {
        static OwnFile of(FileStore files, String name) {
            try (OpenFile file = files.open(name)) {
                return new OwnFile(files, name, file.size());
            }
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            try (OpenFile file = files.open(name)) {
                return file.read(position, target, offset, length);
            }
        }

        void truncate(long end) {
            if (size > end) {
                try (OpenFile file = files.open(name)) {
                    file.truncate(end);
                }
            }
        }
    }

    private void read(Input input) {
        ParsedBlocks from = reading;
        if (from == null) {
            if (input.ownNumber >= 0 && chain.isReindexing()) {
                LOG.info("Reindexing block file {}...", BlockFiles.blockFile(input.ownNumber));
            }
            from = new ParsedBlocks(input.source, input.key, input.start, chain.params(), workers, input.observer);
            reading = from;
            readTo = 0;
        }
        long bytes = 0;
        while (bytes < PORTION_BYTES && !activating) {
            ParsedBlocks.Parsed parsed = from.next();
            if (parsed == null) {
                end(input);
                return;
            }
            bytes += parsed.block().totalLength();
            readTo = (int) parsed.position() + parsed.block().totalLength();
            take(input, parsed);
        }
    }

    private void end(Input input) {
        reading = null;
        inputs.removeFirst();
        input.observer.progress(input.source.size());
        if (input.source instanceof OwnFile own) {
            // Blocks that wait for parents in other files stay; what is no block goes.
            own.truncate(chain.blockFiles().reserve(input.ownNumber, readTo));
        }
    }

    /** Accepts the block, and then those that waited for it. */
    private void take(Input input, ParsedBlocks.Parsed parsed) {
        blocks++;
        Block block = parsed.block();
        Hash256 parent = block.header().previous();
        HeaderTree tree = chain.tree();
        if (!tree.contains(parent) && !tree.contains(block.hash())) {
            REINDEX.debug("LoadExternalBlockFile: Out of order block {}, parent {} not known", block.hash(), parent);
            await(input, parsed.position(), block);
            return;
        }
        accept(input, parsed.position(), block, parsed.rejection());
        Deque<Hash256> arrived = new ArrayDeque<>(List.of(block.hash()));
        while (!arrived.isEmpty()) {
            Hash256 known = arrived.removeFirst();
            List<Waiting> children = waiting.remove(known);
            if (children != null) {
                for (Waiting child : children) {
                    waitingCount--;
                    Block again = readAgain(child);
                    if (again != null) {
                        REINDEX.debug(
                                "LoadExternalBlockFile: Processing out of order child {} of {}", again.hash(), known);
                        accept(child.input, child.position, again, BlockRules.check(again, chain.params()));
                        arrived.add(again.hash());
                    }
                }
            }
        }
    }

    private void await(Input input, long position, Block block) {
        if (waitingCount < MAX_WAITING) {
            waitingCount++;
            waiting.computeIfAbsent(block.header().previous(), key -> new ArrayList<>())
                    .add(new Waiting(input, position, block.totalLength()));
        }
    }

    private static @Nullable Block readAgain(Waiting place) {
        byte[] bytes = new byte[place.length];
        if (place.input.source.read(place.position, bytes, 0, bytes.length) < bytes.length) {
            return null;
        }
        place.input.key.apply(bytes, 0, bytes.length, place.position);
        try {
            return Block.parse(Bytes.wrap(bytes));
        } catch (MalformedException e) {
            return null;
        }
    }

    private void accept(Input input, long position, Block block, @Nullable Rejection fault) {
        BlockFiles.@Nullable Position own =
                input.ownNumber < 0 ? null : new BlockFiles.Position(input.ownNumber, (int) position);
        Acceptance outcome =
                fault == null ? chain.acceptChecked(block, own, nowSeconds) : new Acceptance.Refused(fault);
        switch (outcome) {
            case Acceptance.Accepted(BlockEntry entry, boolean fresh) -> {
                if (fresh) {
                    stored++;
                    bytesSinceActivation += block.totalLength();
                }
            }
            case Acceptance.Refused(Rejection rejection) -> {
                rejected++;
                input.observer.damaged(position, position, "block " + block.hash() + " is refused: " + rejection);
            }
        }
        // Our own blocks are all read first: then the best chain is known, and what is assumed valid with it.
        if (own == null && bytesSinceActivation >= BYTES_PER_ACTIVATION) {
            bytesSinceActivation = 0;
            activating = true;
        }
    }
}
