package org.starling.crypto;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The folder of published test vectors, without which a test is skipped. */
final class Vectors {
    private Vectors() {}

    static Path path(String name) {
        Path path = Path.of(System.getProperty("starling.vectors", "")).resolve(name);
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        return path;
    }

    static JsonNode json(String name) {
        return JsonMapper.builder().build().readTree(path(name).toFile());
    }

    /** The rows after the header, split at commas. */
    static List<String[]> csv(String name) throws IOException {
        List<String[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(path(name))) {
            rows.add(line.split(",", -1));
        }
        return rows.subList(1, rows.size());
    }

    static Bytes hex(JsonNode node) {
        return Bytes.fromHex(node.asString());
    }

    /** The elements of {@code pool} at the indices that the node lists. */
    static List<Bytes> pick(JsonNode pool, JsonNode indices) {
        List<Bytes> picked = new ArrayList<>();
        indices.forEach(index -> picked.add(hex(pool.get(index.asInt()))));
        return picked;
    }
}
