package org.starling.node;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.chain.BlockImport;
import org.starling.chain.Chain;

/** Takes blocks from files, a portion at a time, so that others get onto the validation lane in between. */
final class Importer {
    private static final Logger LOG = LoggerFactory.getLogger(Importer.class);

    private final Chain chain;
    private final World world;
    private final NodeClock clock;
    private final Runnable done;
    private volatile boolean running;

    /** @param done runs on the validation lane when all was tried */
    Importer(Chain chain, World world, NodeClock clock, Runnable done) {
        this.chain = chain;
        this.world = world;
        this.clock = clock;
        this.done = done;
    }

    /** Whether blocks are being taken from files: those given, or our own to build the index anew. */
    boolean isRunning() {
        return running;
    }

    void start(List<ImportFile> files) {
        running = true;
        BlockImport blocks = new BlockImport(chain, world.workers(), clock.seconds());
        files.forEach(file -> blocks.add(file.source(), file.xorKey(), new Observer(file.name())));
        world.validation().execute(() -> some(blocks));
    }

    private void some(BlockImport blocks) {
        if (blocks.some() || chain.activateSome()) {
            world.validation().execute(() -> some(blocks));
            return;
        }
        if (chain.isClosed()) {
            return;
        }
        BlockImport.Summary summary = blocks.summary();
        LOG.info(
                "Imported {} blocks: {} new, {} invalid, {} without a known parent",
                summary.blocks(),
                summary.stored(),
                summary.rejected(),
                summary.orphans());
        running = false;
        done.run();
    }

    /** Tells the log what an import skipped. */
    private record Observer(String name) implements BlockImport.Observer {
        @Override
        public void damaged(long from, long to, String reason) {
            LOG.warn("{}, byte {}: {}", name, from, reason);
        }
    }
}
