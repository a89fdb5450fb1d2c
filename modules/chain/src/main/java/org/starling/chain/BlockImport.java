package org.starling.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockScanner.Found;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Rejection;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.Workers;
import org.starling.world.Workers.Pending;

/**
 * Takes blocks from block files, in whatever order they stand there: one whose parent is not known yet waits, by its
 * place only, until the parent comes. Workers parse and check ahead; the chain grows while the file is read.
 */
public final class BlockImport {
    private static final Logger LOG = LoggerFactory.getLogger(BlockImport.class);

    /** Serialized blocks in work at once. */
    private static final long MAX_PARSING_BYTES = 16L << 20;

    private static final int MAX_PARSING_BLOCKS = 256;

    /** The chain is extended whenever so many bytes of blocks were taken in. */
    private static final long BYTES_PER_ACTIVATION = 24L << 20;

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
    private final boolean activate;
    private final Map<Hash256, List<Waiting>> waiting = new HashMap<>();
    private int waitingCount;
    private long bytesSinceActivation;
    private int blocks;
    private int stored;
    private int rejected;

    /** Where a block is that waits for its parent. */
    private record Waiting(Input input, long position, int length) {}

    /** A file in work; {@code ownNumber} is negative if it is not one of our own block files. */
    private record Input(ByteSource source, XorKey key, int ownNumber, Observer observer) {}

    private record Parsed(
            Found.Content record,
            @Nullable Block block,
            @Nullable Rejection rejection,
            String fault) {}

    private record Parsing(long position, Pending<Parsed> result) {}

    /** An import into the chain. Like the chain itself it is the validation thread's. */
    public BlockImport(Chain chain, Workers workers, long nowSeconds) {
        this(chain, workers, nowSeconds, true);
    }

    private BlockImport(Chain chain, Workers workers, long nowSeconds, boolean activate) {
        this.chain = chain;
        this.workers = workers;
        this.nowSeconds = nowSeconds;
        this.activate = activate;
    }

    /**
     * Takes the blocks of a foreign file and extends the chain by them.
     *
     * @param xorKey the eight bytes that the file is XORed with; empty for none
     */
    public void file(ByteSource source, Bytes xorKey, Observer observer) {
        XorKey key = xorKey.isEmpty() ? XorKey.NONE : XorKey.of(xorKey);
        chain.guard(() -> scan(new Input(source, key, -1, observer), 0));
    }

    /** Extends the chain by what is left, and sums up. */
    public Summary finish() {
        chain.activateBest();
        return new Summary(blocks, stored, rejected, waitingCount);
    }

    /**
     * Takes in blocks that stand in our own files behind what the index knows: those that a crash left out of it, or
     * all, when the index is built anew.
     */
    static void recoverTail(Chain chain, Workers workers, long nowSeconds) {
        BlockImport recovery = new BlockImport(chain, workers, nowSeconds, false);
        BlockFiles files = chain.blockFiles();
        int first = files.lastNumber();
        for (String name : files.files().list("")) {
            Integer number = BlockFiles.numberOf(name);
            if (number != null && number >= first) {
                recovery.ownFile(number, name);
            }
        }
        if (recovery.stored > 0) {
            LOG.info("Found {} blocks on disk that the index did not have", recovery.stored);
        }
    }

    private void ownFile(int number, String name) {
        BlockFiles files = chain.blockFiles();
        try (OpenFile file = files.files().open(name)) {
            Observer log = new Observer() {
                @Override
                public void damaged(long from, long to, String reason) {
                    LOG.warn("{} from byte {} to {}: {}", name, from, to, reason);
                }
            };
            ByteSource source = new ByteSource() {
                @Override
                public long size() {
                    return file.size();
                }

                @Override
                public int read(long position, byte[] target, int offset, int length) {
                    return file.read(position, target, offset, length);
                }
            };
            scan(new Input(source, files.key(), number, log), files.info(number).size);
            if (file.size() > files.info(number).size) {
                file.truncate(files.info(number).size);
            }
        }
    }

    private void scan(Input input, long start) {
        BlockScanner scanner = new BlockScanner(input.source, chain.params().magic(), input.key, start);
        Deque<Parsing> parsing = new ArrayDeque<>();
        long bytes = 0;
        boolean ended = false;
        while (!ended || !parsing.isEmpty()) {
            while (!ended && bytes < MAX_PARSING_BYTES && parsing.size() < MAX_PARSING_BLOCKS) {
                switch (scanner.next()) {
                    case null -> ended = true;
                    case Found.Damage(long from, long to) ->
                        input.observer.damaged(from, to, "no block; skipped " + (to - from) + " bytes");
                    case Found.Content record -> {
                        bytes += record.bytes().length();
                        parsing.add(new Parsing(record.position(), workers.submit(List.of(parse(record)))));
                    }
                }
            }
            if (!parsing.isEmpty()) {
                Parsing first = parsing.removeFirst();
                Parsed parsed = first.result.await().getFirst();
                bytes -= parsed.record.bytes().length();
                input.observer.progress(first.position);
                if (parsed.block == null) {
                    // What follows may be inside this record: read again from just behind its magic.
                    input.observer.damaged(first.position - BlockFiles.HEADER_BYTES, first.position, parsed.fault);
                    scanner.reject(parsed.record);
                    parsing.clear();
                    bytes = 0;
                    ended = false;
                } else {
                    take(input, first.position, parsed.block, parsed.rejection);
                }
            }
        }
        input.observer.progress(input.source.size());
    }

    private Callable<Parsed> parse(Found.Content record) {
        return () -> parsed(record);
    }

    private Parsed parsed(Found.Content record) {
        try {
            Block block = Block.parse(record.bytes());
            return new Parsed(record, block, BlockRules.check(block, chain.params()), "");
        } catch (MalformedException e) {
            return new Parsed(record, null, null, "the block is damaged: " + e.getMessage());
        }
    }

    /** Accepts the block, and then those that waited for it. */
    private void take(Input input, long position, Block block, @Nullable Rejection fault) {
        blocks++;
        BlockHeader header = block.header();
        HeaderTree tree = chain.tree();
        if (!tree.contains(header.previous()) && !tree.contains(block.hash())) {
            await(input, position, block);
            return;
        }
        accept(input, position, block, fault);
        Deque<Hash256> arrived = new ArrayDeque<>(List.of(block.hash()));
        while (!arrived.isEmpty()) {
            List<Waiting> children = waiting.remove(arrived.removeFirst());
            if (children != null) {
                for (Waiting child : children) {
                    waitingCount--;
                    Block again = readAgain(child);
                    if (again != null) {
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
        if (activate && bytesSinceActivation >= BYTES_PER_ACTIVATION) {
            bytesSinceActivation = 0;
            chain.activateBest();
        }
    }
}
