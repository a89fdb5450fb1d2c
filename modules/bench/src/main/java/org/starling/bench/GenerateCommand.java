package org.starling.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.starling.bytes.ByteWriter;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.platform.ThreadWorkers;
import org.starling.world.SeededRandomness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a signed chain into a block file. */
@Command(
        name = "generate",
        description = "Writes a signed regtest chain of mixed script types into a block file.",
        mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "the block file to write")
    private Path file = Path.of("");

    @Option(names = "--blocks", description = "blocks of payments (default: ${DEFAULT-VALUE})")
    private int blocks = 100;

    @Option(names = "--inputs", description = "inputs in each of them (default: ${DEFAULT-VALUE})")
    private int inputs = 3_000;

    @Option(
            names = "--empty",
            description = "empty blocks at the end; 2100 bury the payments deep enough for --assumevalid to count"
                    + " (default: ${DEFAULT-VALUE})")
    private int empty;

    @Option(names = "--seed", description = "the same seed gives the same chain (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
                ThreadWorkers workers =
                        new ThreadWorkers("sign", Runtime.getRuntime().availableProcessors())) {
            long[] counts = new long[3];
            SignedChain chain = new SignedChain(new SeededRandomness(seed), workers, (block, height) -> {
                write(out, block);
                counts[0]++;
                counts[1] += block.transactions().size();
                block.transactions()
                        .forEach(
                                transaction -> counts[2] += transaction.inputs().size());
                System.err.printf("\rblock %d, %d inputs ", height, counts[2]);
            });
            chain.make(blocks, inputs, empty);
            System.err.println();
            System.out.printf(
                    "%d blocks, %d transactions, %d inputs, %d bytes%n",
                    counts[0], counts[1], counts[2], counts[0] == 0 ? 0 : flushedSize(out));
        }
        return 0;
    }

    private long flushedSize(OutputStream out) throws IOException {
        out.flush();
        return Files.size(file);
    }

    private static void write(OutputStream out, Block block) {
        try {
            ByteWriter header = new ByteWriter(8);
            header.bytes(ChainParams.regtest().magic()).i32(block.totalLength());
            out.write(header.toArray());
            out.write(block.serialized().toArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
