package org.starling.consensus.script;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the tests of script share: the folder of vectors, Core's notation for scripts, and its two transactions. */
final class ScriptVectors {
    private ScriptVectors() {}

    static Path path(String name) {
        Path path = Path.of(System.getProperty("starling.vectors", "")).resolve(name);
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        return path;
    }

    static JsonNode json(String name) {
        return JsonMapper.builder().build().readTree(path(name).toFile());
    }

    static List<JsonNode> lines(String name) throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : Files.readAllLines(path(name))) {
            nodes.add(mapper.readTree(line));
        }
        return nodes;
    }

    /** A script in the notation of the test files: {@code 1 0x02 0xabcd 'text' DUP}. */
    static Bytes script(String text) {
        Bytes script = Bytes.EMPTY;
        for (String word : text.trim().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            ScriptBuilder builder = new ScriptBuilder();
            if (word.matches("-?\\d+")) {
                script = Bytes.concat(
                        script, builder.number(Long.parseLong(word)).build());
            } else if (word.startsWith("0x")) {
                script = Bytes.concat(script, Bytes.fromHex(word.substring(2)));
            } else if (word.startsWith("'")) {
                byte[] quoted = word.substring(1, word.length() - 1).getBytes(StandardCharsets.US_ASCII);
                script = Bytes.concat(script, builder.data(Bytes.wrap(quoted)).build());
            } else {
                int opcode = Op.named(word);
                if (opcode < 0) {
                    throw new IllegalArgumentException(word);
                }
                script = Bytes.concat(script, builder.op(opcode).build());
            }
        }
        return script;
    }

    /** The transaction that spends an output with this script and amount, as Core's script tests make it. */
    static SighashCache spend(Bytes scriptSig, Bytes scriptPubKey, List<Bytes> witness, long amount) {
        TxIn coinbase = new TxIn(OutPoint.NULL, Bytes.fromHex("0000"), TxIn.SEQUENCE_FINAL);
        TxOut output = new TxOut(amount, scriptPubKey);
        Transaction crediting = Transaction.of(1, List.of(coinbase), List.of(output), 0);
        TxIn input = new TxIn(crediting.outPoint(0), scriptSig, TxIn.SEQUENCE_FINAL, witness);
        Transaction spending = Transaction.of(1, List.of(input), List.of(new TxOut(amount, Bytes.EMPTY)), 0);
        return new SighashCache(spending, List.of(output));
    }

    /** Asks libsecp256k1 once for each signature, however often a test verifies it. */
    static SignatureChecker remembering() {
        record Question(Bytes key, Bytes signature, Hash256 hash) {}
        Map<Question, Boolean> known = new HashMap<>();
        return new SignatureChecker() {
            @Override
            public boolean ecdsa(Bytes key, Bytes signature, Hash256 hash) {
                return known.computeIfAbsent(
                        new Question(key, signature, hash), question -> DIRECT.ecdsa(key, signature, hash));
            }

            @Override
            public boolean schnorr(Bytes key, Bytes signature, Hash256 hash) {
                return known.computeIfAbsent(
                        new Question(key, signature, hash), question -> DIRECT.schnorr(key, signature, hash));
            }
        };
    }

    /** The flags with those taken away that need others which are not there. */
    static int trim(int flags) {
        int trimmed = (flags & ScriptFlags.P2SH) == 0 ? flags & ~ScriptFlags.WITNESS : flags;
        return (trimmed & ScriptFlags.WITNESS) == 0 ? trimmed & ~ScriptFlags.CLEANSTACK : trimmed;
    }

    /** The flags with those added that others need. */
    static int fill(int flags) {
        int filled = (flags & ScriptFlags.CLEANSTACK) != 0 ? flags | ScriptFlags.WITNESS : flags;
        return (filled & ScriptFlags.WITNESS) != 0 ? filled | ScriptFlags.P2SH : filled;
    }
}
