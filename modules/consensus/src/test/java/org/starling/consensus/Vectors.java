package org.starling.consensus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/** Reads the public test vectors; a test is skipped where they are not. */
final class Vectors {
    private Vectors() {}

    static Bytes bytes(String path) {
        String folder = System.getProperty("starling.vectors", "");
        Path file = Path.of(folder).resolve(path);
        Assumptions.assumeTrue(!folder.isEmpty() && Files.exists(file), "vectors: " + path + " is not there");
        try {
            return Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Block block(String name) throws MalformedException {
        return Block.parse(bytes("blocks/" + name));
    }

    /** The outputs that the inputs of all transactions but the coinbase spend, in their order. */
    static List<TxOut> prevouts(String name) throws MalformedException {
        ByteReader reader = bytes("blocks/" + name).reader();
        List<TxOut> outputs = new ArrayList<>();
        while (reader.hasRemaining()) {
            outputs.add(TxOut.read(reader));
        }
        return outputs;
    }

    /** The blocks in a file of a node, as they follow each other there. */
    static List<Block> blockFile(String name, Bytes magic) throws MalformedException {
        ByteReader reader = bytes("blocks/" + name).reader();
        List<Block> blocks = new ArrayList<>();
        while (reader.hasRemaining()) {
            if (!reader.bytes(4).equals(magic)) {
                throw new MalformedException("no magic at " + (reader.position() - 4));
            }
            blocks.add(Block.parse(reader.bytes((int) reader.u32())));
        }
        return blocks;
    }
}
