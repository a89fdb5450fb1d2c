package org.starling.api.rpc;

import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.index.FilterIndex;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The REST interface of Bitcoin Core ({@code -rest}): public data of the chain and the mempool for whoever can reach the
 * port, without a password and without a way to change anything. What is asked for is a path under {@code /rest/} that ends
 * in {@code .bin}, {@code .hex} or {@code .json}.
 */
final class Rest {
    static final String PREFIX = "/rest/";

    /** Most headers that one answer has. */
    private static final int MAX_HEADERS = 2000;

    /** Most outputs that one question asks for. */
    private static final int MAX_OUTPOINTS = 15;

    /** Version that stands before each coin (BIP-0064). */
    private static final int COIN_VERSION = 0;

    private static final int OUTPOINT_BYTES = 36;

    private final RpcServer server;

    /** Carries out an RPC method. */
    private final Caller caller;

    /** How this interface has a method of JSON-RPC carried out. */
    interface Caller {
        JsonNode call(String method, JsonNode arguments);
    }

    Rest(RpcServer server, Caller caller) {
        this.server = server;
        this.caller = caller;
    }

    /**
     * What is asked.
     *
     * @param path as it came
     * @param query gives the value of a parameter behind the question mark
     * @param body empty unless there was one
     */
    record Request(String path, Function<String, Optional<String>> query, Bytes body) {}

    /** An answer. */
    record Reply(Status status, String type, Bytes body) {}

    private enum Format {
        BIN("application/octet-stream"),
        HEX("text/plain"),
        JSON("application/json"),
        UNKNOWN("text/plain");

        private final String type;

        Format(String type) {
            this.type = type;
        }
    }

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Status status;

        Refused(Status status, String message) {
            super(message);
            this.status = status;
        }

        static Refused bad(String message) {
            return new Refused(Status.BAD_REQUEST_400, message);
        }

        static Refused missing(String message) {
            return new Refused(Status.NOT_FOUND_404, message);
        }
    }

    private interface Resource {
        Reply answer(Asked asked) throws Refused;
    }

    /** A resource, and the path that it has under the prefix. */
    private record Route(String path, Resource resource) {}

    private final List<Route> routes = List.of(
            new Route("tx/", this::transaction),
            new Route("block/notxdetails/", asked -> block(asked, 1)),
            new Route("block/", asked -> block(asked, 3)),
            new Route("blockfilter/", this::filter),
            new Route("blockfilterheaders/", this::filterHeaders),
            new Route("chaininfo", asked -> json(asked, "getblockchaininfo", Json.array())),
            new Route("mempool/", this::mempool),
            new Route("headers/", this::headers),
            new Route("getutxos", this::outputs),
            new Route("deploymentinfo/", this::deployments),
            new Route("deploymentinfo", this::deployments),
            new Route("blockhashbyheight/", this::hashByHeight));

    /** A request whose path is taken apart: {@code rest} is what follows the resource, without the format. */
    private record Asked(Request request, String rest, Format format) {
        static Asked of(Request request, String rest) {
            int dot = rest.lastIndexOf('.');
            for (Format format : Format.values()) {
                boolean named = format != Format.UNKNOWN
                        && dot >= 0
                        && rest.substring(dot + 1).equals(format.name().toLowerCase(Locale.ROOT));
                if (named) {
                    return new Asked(request, rest.substring(0, dot), format);
                }
            }
            return new Asked(request, rest, Format.UNKNOWN);
        }

        List<String> parts() {
            return List.of(rest.split("/", -1));
        }

        String query(String name, String usual) {
            return request.query().apply(name).orElse(usual);
        }
    }

    /** Answers a request whose path begins with {@link #PREFIX}; null if there is no such resource. */
    @Nullable
    Reply answer(Request request, String warmup) {
        String path = request.path().substring(PREFIX.length());
        for (Route route : routes) {
            if (path.startsWith(route.path())) {
                try {
                    if (!warmup.isEmpty()) {
                        throw new Refused(Status.SERVICE_UNAVAILABLE_503, "Service temporarily unavailable: " + warmup);
                    }
                    return route.resource()
                            .answer(Asked.of(
                                    request, path.substring(route.path().length())));
                } catch (Refused e) {
                    return text(e.status, e.getMessage());
                } catch (RpcException e) {
                    return text(Status.INTERNAL_SERVER_ERROR_500, e.getMessage());
                }
            }
        }
        return null;
    }

    private static Reply text(Status status, @Nullable String message) {
        return new Reply(status, "text/plain", utf8(message + "\r\n"));
    }

    private static Reply reply(Asked asked, Supplier<Bytes> bytes, Supplier<JsonNode> json) throws Refused {
        return switch (asked.format()) {
            case BIN -> new Reply(Status.OK_200, asked.format().type, bytes.get());
            case HEX -> line(asked.format(), utf8(bytes.get().hex()));
            case JSON -> line(asked.format(), Bytes.wrap(Json.write(json.get())));
            case UNKNOWN -> throw Refused.missing("output format not found (available: .bin, .hex, .json)");
        };
    }

    private static Reply line(Format format, Bytes text) {
        return new Reply(Status.OK_200, format.type, Bytes.concat(text, Bytes.copyOf((byte) '\n')));
    }

    private static Bytes utf8(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Hash256 hash(String text) throws Refused {
        if (text.length() != 2 * Hash256.BYTES || !Call.isHex(text)) {
            throw Refused.bad("Invalid hash: " + text);
        }
        return Hash256.fromHex(text);
    }

    private JsonNode call(String method, JsonNode... arguments) {
        ArrayNode all = Json.array();
        for (JsonNode argument : arguments) {
            all.add(argument);
        }
        return caller.call(method, all);
    }

    private Reply json(Asked asked, String method, JsonNode arguments) throws Refused {
        if (asked.format() != Format.JSON) {
            throw Refused.missing("output format not found (available: json)");
        }
        return line(asked.format(), Bytes.wrap(Json.write(caller.call(method, arguments))));
    }

    // Blocks

    private Reply block(Asked asked, int verbosity) throws Refused {
        Node node = server.node();
        BlockEntry entry = node.headers().find(hash(asked.rest()));
        if (entry == null) {
            throw Refused.missing(asked.rest() + " not found");
        }
        if (!entry.hasBlock()) {
            boolean pruned = node.chain().isPruned() && entry.transactionCount() > 0;
            throw Refused.missing(asked.rest() + (pruned ? " not available (pruned data)" : " not found"));
        }
        return reply(
                asked,
                () -> node.chain().readBlock(entry).serialized(),
                () -> call("getblock", Json.hash(entry.hash()), Json.number(verbosity)));
    }

    private static int count(String text) throws Refused {
        int count = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (count < 1 || count > MAX_HEADERS) {
            throw Refused.bad("Header count is invalid or out of acceptable range (1-" + MAX_HEADERS + "): " + text);
        }
        return count;
    }

    /** Blocks of the active chain from that one on. */
    private List<BlockEntry> run(Hash256 first, int count) {
        List<BlockEntry> run = new ArrayList<>();
        BlockEntry entry = server.node().headers().find(first);
        if (entry == null || !server.node().headers().isActive(entry)) {
            return run;
        }
        for (BlockEntry at = entry;
                at != null && run.size() < count;
                at = server.node().headers().activeAfter(at)) {
            run.add(at);
        }
        return run;
    }

    private Reply headers(Asked asked) throws Refused {
        List<String> parts = asked.parts();
        if (parts.size() > 2) {
            throw Refused.bad("Invalid URI format. Expected /rest/headers/<hash>.<ext>?count=<count>");
        }
        int count = count(parts.size() == 2 ? parts.getFirst() : asked.query("count", "5"));
        List<BlockEntry> run = run(hash(parts.getLast()), count);
        return reply(
                asked,
                () -> {
                    ByteWriter writer = new ByteWriter();
                    run.forEach(entry -> writer.bytes(entry.header().serialized()));
                    return writer.toBytes();
                },
                () -> {
                    ArrayNode list = Json.array();
                    run.forEach(entry ->
                            list.add(BlockJson.header(entry, server.node().headers())));
                    return list;
                });
    }

    private Reply hashByHeight(Asked asked) throws Refused {
        if (!asked.rest().matches("[0-9]{1,9}")) {
            throw Refused.bad("Invalid height: " + asked.rest().replaceAll("[^A-Za-z0-9 .,;\\-_/:?@()]", ""));
        }
        BlockEntry entry = server.node().headers().activeAt(Integer.parseInt(asked.rest()));
        if (entry == null) {
            throw Refused.missing("Block height out of range");
        }
        String shown = entry.hash().toString();
        return asked.format() == Format.HEX
                ? line(Format.HEX, utf8(shown))
                : reply(asked, entry.hash()::toBytes, () -> Json.object().put("blockhash", shown));
    }

    private Reply deployments(Asked asked) throws Refused {
        ArrayNode arguments = Json.array();
        if (asked.format() == Format.JSON && !asked.rest().isEmpty()) {
            Hash256 hash = hash(asked.rest());
            if (server.node().headers().find(hash) == null) {
                throw Refused.bad("Block not found");
            }
            arguments.add(hash.toString());
        }
        return json(asked, "getdeploymentinfo", arguments);
    }

    // Filters

    private FilterIndex filters(String type) throws Refused {
        if (!type.equals("basic")) {
            throw Refused.bad("Unknown filtertype " + type);
        }
        FilterIndex index = server.node().indexes().filters();
        if (index == null) {
            throw Refused.bad("Index is not enabled for filtertype " + type);
        }
        return index;
    }

    private static Refused noFilter(boolean ready) {
        return Refused.missing("Filter not found."
                + (ready
                        ? " The index did not see the block while it was active."
                        : " Block filters are still in the process of being indexed."));
    }

    private Reply filter(Asked asked) throws Refused {
        List<String> parts = asked.parts();
        if (parts.size() != 2) {
            throw Refused.bad("Invalid URI format. Expected /rest/blockfilter/<filtertype>/<blockhash>");
        }
        Hash256 hash = hash(parts.getLast());
        FilterIndex index = filters(parts.getFirst());
        BlockEntry entry = server.node().headers().find(hash);
        if (entry == null) {
            throw Refused.missing(parts.getLast() + " not found");
        }
        boolean ready = index.awaitTip();
        var filter = index.filter(entry);
        if (filter == null) {
            throw entry.isValidated()
                    ? noFilter(ready)
                    : Refused.missing("Filter not found. Block was not connected to active chain.");
        }
        return reply(
                asked,
                () -> new ByteWriter()
                        .u8(0) // basic
                        .hash256(hash)
                        .varBytes(filter.encoded())
                        .toBytes(),
                () -> Json.object().put("filter", filter.encoded().hex()));
    }

    private Reply filterHeaders(Asked asked) throws Refused {
        List<String> parts = asked.parts();
        if (parts.size() < 2 || parts.size() > 3) {
            throw Refused.bad("Invalid URI format. Expected"
                    + " /rest/blockfilterheaders/<filtertype>/<blockhash>.<ext>?count=<count>");
        }
        int count = count(parts.size() == 3 ? parts.get(1) : asked.query("count", "5"));
        Hash256 first = hash(parts.getLast());
        FilterIndex index = filters(parts.getFirst());
        boolean ready = index.awaitTip();
        ByteWriter writer = new ByteWriter();
        ArrayNode list = Json.array();
        for (BlockEntry entry : run(first, count)) {
            FilterIndex.Commitment commitment = index.commitment(entry);
            if (commitment == null) {
                throw noFilter(ready);
            }
            writer.hash256(commitment.header());
            list.add(commitment.header().toString());
        }
        return reply(asked, writer::toBytes, () -> list);
    }

    // Transactions and coins

    private Reply transaction(Asked asked) throws Refused {
        Hash256 txid = hash(asked.rest());
        ObjectNode found;
        try {
            found = (ObjectNode) call("getrawtransaction", Json.hash(txid), Json.number(1));
        } catch (RpcException e) {
            throw Refused.missing(asked.rest() + " not found");
        }
        // What depends on the tip is the business of JSON-RPC.
        found.remove(List.of("confirmations", "time", "blocktime"));
        return reply(asked, () -> Bytes.fromHex(found.path("hex").stringValue()), () -> found);
    }

    private Reply mempool(Asked asked) throws Refused {
        if (asked.rest().equals("info")) {
            return json(asked, "getmempoolinfo", Json.array());
        }
        if (!asked.rest().equals("contents")) {
            throw Refused.bad("Invalid URI format. Expected /rest/mempool/<info|contents>.json");
        }
        boolean verbose = flag(asked, "verbose", true);
        boolean sequence = flag(asked, "mempool_sequence", false);
        if (verbose && sequence) {
            throw Refused.bad("Verbose results cannot contain mempool sequence values. (hint: set \"verbose=false\")");
        }
        return json(asked, "getrawmempool", Json.array().add(verbose).add(sequence));
    }

    private static boolean flag(Asked asked, String name, boolean usual) throws Refused {
        String text = asked.query(name, Boolean.toString(usual));
        if (!text.equals("true") && !text.equals("false")) {
            throw Refused.bad("The \"" + name + "\" query parameter must be either \"true\" or \"false\".");
        }
        return text.equals("true");
    }

    private record Question(boolean withMempool, List<OutPoint> outPoints) {}

    private static Question question(Asked asked) throws Refused {
        String path = asked.rest().length() > 1 ? asked.rest().substring(1) : "";
        Bytes body = asked.request().body();
        if (path.isEmpty() && body.isEmpty()) {
            throw Refused.bad("Error: empty request");
        }
        Question inPath = path.isEmpty() ? new Question(false, List.of()) : inPath(path);
        if (asked.format() == Format.JSON && inPath.outPoints().isEmpty()) {
            throw Refused.bad("Error: empty request");
        }
        if (asked.format() == Format.JSON || asked.format() == Format.UNKNOWN || body.isEmpty()) {
            return inPath;
        }
        if (!inPath.outPoints().isEmpty()) {
            throw Refused.bad("Combination of URI scheme inputs and raw post data is not allowed");
        }
        try {
            Bytes bytes = asked.format() == Format.BIN
                    ? body
                    : Bytes.fromHex(new String(body.toArray(), StandardCharsets.US_ASCII).strip());
            ByteReader reader = bytes.reader();
            boolean withMempool = reader.u8() != 0;
            int count = reader.count(OUTPOINT_BYTES);
            List<OutPoint> outPoints = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                outPoints.add(new OutPoint(reader.hash256(), reader.i32()));
            }
            return new Question(withMempool, outPoints);
        } catch (MalformedException | IllegalArgumentException e) {
            throw Refused.bad("Parse error");
        }
    }

    private static Question inPath(String path) throws Refused {
        List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
        boolean withMempool = parts.getFirst().equals("checkmempool");
        if (withMempool) {
            parts.removeFirst();
        }
        List<OutPoint> outPoints = new ArrayList<>();
        for (String part : parts) {
            String[] halves = part.split("-", -1);
            boolean good = halves.length == 2
                    && halves[0].length() == 2 * Hash256.BYTES
                    && Call.isHex(halves[0])
                    && halves[1].matches("[0-9]{1,10}")
                    && Long.parseLong(halves[1]) <= 0xffff_ffffL;
            if (!good) {
                throw Refused.bad("Parse error");
            }
            outPoints.add(new OutPoint(Hash256.fromHex(halves[0]), Integer.parseUnsignedInt(halves[1])));
        }
        if (outPoints.isEmpty()) {
            throw Refused.bad("Error: empty request");
        }
        return new Question(withMempool, outPoints);
    }

    /** Which outputs are unspent, and those that are (BIP-0064). */
    private Reply outputs(Asked asked) throws Refused {
        Question question = question(asked);
        if (asked.format() == Format.UNKNOWN) {
            throw Refused.missing("output format not found (available: .bin, .hex, .json)");
        }
        List<OutPoint> outPoints = question.outPoints();
        if (outPoints.size() > MAX_OUTPOINTS) {
            throw Refused.bad(
                    "Error: max outpoints exceeded (max: " + MAX_OUTPOINTS + ", tried: " + outPoints.size() + ")");
        }
        record Found(BlockEntry tip, List<@Nullable Coin> coins) {}
        Node node = server.node();
        Found found = node.validation(() -> {
            List<@Nullable Coin> coins = new ArrayList<>();
            for (OutPoint outPoint : outPoints) {
                boolean taken = question.withMempool() && node.mempool().spender(outPoint) != null;
                coins.add(
                        taken
                                ? null
                                : question.withMempool()
                                        ? node.mempool().coin(outPoint)
                                        : node.chain().coins().coin(outPoint));
            }
            return new Found(node.headers().tip(), coins);
        });
        byte[] bitmap = new byte[(outPoints.size() + 7) / 8];
        StringBuilder bits = new StringBuilder();
        List<Coin> unspent = new ArrayList<>();
        for (int i = 0; i < found.coins().size(); i++) {
            Coin coin = found.coins().get(i);
            bits.append(coin == null ? '0' : '1');
            if (coin != null) {
                bitmap[i / 8] |= (byte) (1 << i % 8);
                unspent.add(coin);
            }
        }
        return reply(asked, () -> coinBytes(found.tip(), bitmap, unspent), () -> coinJson(found.tip(), bits, unspent));
    }

    private static Bytes coinBytes(BlockEntry tip, byte[] bitmap, List<Coin> unspent) {
        ByteWriter writer =
                new ByteWriter().i32(tip.height()).hash256(tip.hash()).varBytes(Bytes.wrap(bitmap));
        writer.compactSize(unspent.size());
        for (Coin coin : unspent) {
            writer.i32(COIN_VERSION)
                    .i32(coin.height())
                    .i64(coin.output().value())
                    .varBytes(coin.output().scriptPubKey());
        }
        return writer.toBytes();
    }

    private JsonNode coinJson(BlockEntry tip, CharSequence bits, List<Coin> unspent) {
        ObjectNode json = Json.object()
                .put("chainHeight", tip.height())
                .put("chaintipHash", tip.hash().toString())
                .put("bitmap", bits.toString());
        ArrayNode list = json.putArray("utxos");
        for (Coin coin : unspent) {
            ObjectNode one = Json.object().put("height", coin.height());
            one.set("value", Json.amount(coin.output().value()));
            one.set(
                    "scriptPubKey",
                    ScriptJson.output(
                            coin.output().scriptPubKey(), server.chain().prefixes(), true));
            list.add(one);
        }
        return json;
    }
}
