package org.starling.app.tool;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.consensus.TxOut;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tool verify-block}: does this block obey the rules, as far as that can be told without its chain? */
@Command(
        name = "verify-block",
        description = {
            "Checks a block against all rules that do not need the chain before it, scripts included, and names those",
            "that do. Writes OK or FAIL and the reject reason; exit status 0 or 1."
        })
final class VerifyBlockCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The block, serialized with its witnesses.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--prevouts",
            required = true,
            paramLabel = "FILE",
            description = "The outputs that the inputs spend, serialized one after another in the order of the inputs, "
                    + "the coinbase's left out.")
    @SuppressWarnings("NullAway.Init")
    private Path prevouts;

    @Option(
            names = "--chain",
            required = true,
            paramLabel = "CHAIN",
            description = "main, test, testnet4, signet or regtest.")
    @SuppressWarnings("NullAway.Init")
    private String chain;

    @Option(names = "--height", required = true, paramLabel = "N", description = "The block's height.")
    private int height;

    @Option(names = "--explain", description = "Say which opcode failed, where, with the top of the stack.")
    private boolean explain;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            ChainType type = ChainType.ofLabel(chain)
                    .orElseThrow(() -> new BadInputException("--chain: no chain is called " + chain
                            + "; there are main, test, testnet4, signet and regtest"));
            if (height < 1) {
                throw new BadInputException("--height: " + height + " is not above 0, the height of the first block");
            }
            Block block = readBlock();
            String wrong = new OfflineBlock(block, readPrevouts(), ChainParams.of(type), height, explain).check();
            if (wrong != null) {
                out.println("FAIL " + wrong);
                return 1;
            }
            report(out, block);
            return 0;
        } catch (BadInputException e) {
            out.println("FAIL " + e.getMessage());
            return 1;
        } finally {
            out.flush();
        }
    }

    private void report(PrintWriter out, Block block) {
        out.println("OK");
        out.println("block " + block.hash() + " at height " + height + " of " + chain + ": "
                + block.transactions().size() + " transactions, weight " + block.weight());
        out.println("not checked, as it takes the chain before the block:");
        OfflineBlock.UNCHECKED.forEach(rule -> out.println("  " + rule));
    }

    private Block readBlock() throws IOException, BadInputException {
        try {
            return Block.parse(read(file));
        } catch (MalformedException e) {
            throw new BadInputException(file + " is not one block: " + e.getMessage());
        }
    }

    private List<TxOut> readPrevouts() throws IOException, BadInputException {
        ByteReader reader = read(prevouts).reader();
        List<TxOut> outputs = new ArrayList<>();
        try {
            while (reader.hasRemaining()) {
                outputs.add(TxOut.read(reader));
            }
            return outputs;
        } catch (MalformedException e) {
            throw new BadInputException(
                    prevouts + ": output " + (outputs.size() + 1) + " is not an output: " + e.getMessage());
        }
    }

    private static Bytes read(Path path) throws IOException, BadInputException {
        try {
            return Bytes.wrap(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            throw new BadInputException("there is no file " + path);
        } catch (IOException e) {
            throw new BadInputException("cannot read " + path + ": " + e.getMessage());
        }
    }
}
