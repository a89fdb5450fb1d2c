package org.starling.chain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockScanner.Found;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Rejection;
import org.starling.world.Workers;
import org.starling.world.Workers.Pending;

/** The blocks of a block file in the order in which they stand there, parsed and checked ahead by workers. */
final class ParsedBlocks {
    /** Serialized blocks in work at once. */
    private static final long MAX_PARSING_BYTES = 16L << 20;

    private static final int MAX_PARSING_BLOCKS = 256;

    /**
     * A block of the file.
     *
     * @param position where its serialization begins
     * @param rejection what the rules without context say; null if they hold
     */
    record Parsed(long position, Block block, @Nullable Rejection rejection) {}

    private record Attempt(@Nullable Block block, @Nullable Rejection rejection, String fault) {}

    private record Parsing(Found.Content record, Pending<Attempt> result) {}

    private final ChainParams params;
    private final Workers workers;
    private final BlockImport.Observer observer;
    private final BlockScanner scanner;
    private final Deque<Parsing> parsing = new ArrayDeque<>();
    private long bytes;
    private boolean ended;

    /** Reads from {@code start} of the source on. */
    ParsedBlocks(
            ByteSource source,
            XorKey key,
            long start,
            ChainParams params,
            Workers workers,
            BlockImport.Observer observer) {
        this.params = params;
        this.workers = workers;
        this.observer = observer;
        this.scanner = new BlockScanner(source, params.magic(), key, start);
    }

    /** Null at the end. Damage on the way is told to the observer. */
    @Nullable
    Parsed next() {
        while (true) {
            readAhead();
            if (parsing.isEmpty()) {
                return null;
            }
            Parsing first = parsing.removeFirst();
            Attempt attempt = first.result.await().getFirst();
            Found.Content record = first.record;
            bytes -= record.bytes().length();
            observer.progress(record.position());
            if (attempt.block != null) {
                return new Parsed(record.position(), attempt.block, attempt.rejection);
            }
            // What follows may be inside this record: read again from just behind its magic.
            observer.damaged(record.position() - BlockFiles.HEADER_BYTES, record.position(), attempt.fault);
            scanner.reject(record);
            parsing.clear();
            bytes = 0;
            ended = false;
        }
    }

    private void readAhead() {
        while (!ended && bytes < MAX_PARSING_BYTES && parsing.size() < MAX_PARSING_BLOCKS) {
            switch (scanner.next()) {
                case null -> ended = true;
                case Found.Damage(long from, long to) ->
                    observer.damaged(from, to, "no block; skipped " + (to - from) + " bytes");
                case Found.Content record -> {
                    bytes += record.bytes().length();
                    parsing.add(new Parsing(record, workers.submit(List.of(() -> parse(record)))));
                }
            }
        }
    }

    private Attempt parse(Found.Content record) {
        try {
            Block block = Block.parse(record.bytes());
            return new Attempt(block, BlockRules.check(block, params), "");
        } catch (MalformedException e) {
            return new Attempt(null, null, "the block is damaged: " + e.getMessage());
        }
    }
}
