package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Map;
import org.starling.bytes.Bytes;
import org.starling.chain.BlockEntry;
import org.starling.consensus.ChainType;
import org.starling.engine.Bootstrap;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.V1Transport;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that open and close links, and those that set the clock for tests. */
final class LinkMethods {
    /** Wait between two looks at an attempt to connect. */
    private static final long ATTEMPT_POLL_MILLIS = 10;

    /** Latest time that the clock can be set to: what fits in nanoseconds. */
    private static final long MAX_MOCK_SECONDS = Long.MAX_VALUE / 1_000_000_000;

    private static final long MAX_SCHEDULER_SECONDS = 3600;

    private static final Map<String, LinkKind> TEST_KINDS = Map.of(
            "outbound-full-relay", LinkKind.OUTBOUND_FULL_RELAY,
            "block-relay-only", LinkKind.BLOCK_RELAY,
            "addr-fetch", LinkKind.ADDR_FETCH,
            "feeler", LinkKind.FEELER);

    private LinkMethods() {}

    static List<RpcMethod> all() {
        String category = "network";
        return List.of(
                RpcMethod.of(
                        "addnode",
                        category,
                        "Keeps a link to a node (add), no longer does so (remove), or tries once (onetry).",
                        LinkMethods::addNode,
                        required("node", TEXT, "address, with the port if it is not the chain's"),
                        required("command", TEXT, "add, remove or onetry"),
                        optional("v2transport", FLAG, "whether to encrypt the link (BIP-0324)")),
                RpcMethod.of(
                        "getaddednodeinfo",
                        category,
                        "The nodes that addnode named, and whether they are linked.",
                        LinkMethods::getAddedNodeInfo,
                        optional("node", TEXT, "only that one")),
                RpcMethod.of(
                        "addconnection",
                        "hidden",
                        "Opens a link of some kind; for tests, on regtest only.",
                        LinkMethods::addConnection,
                        required("address", TEXT, "address and port"),
                        required(
                                "connection_type", TEXT, "outbound-full-relay, block-relay-only, addr-fetch or feeler"),
                        optional("v2transport", FLAG, "whether to encrypt the link (BIP-0324)")),
                RpcMethod.of(
                        "disconnectnode",
                        category,
                        "Closes a link, named by its address or its id.",
                        LinkMethods::disconnectNode,
                        optional("address", TEXT, "address and port"),
                        optional("nodeid", NUMBER, "the id that getpeerinfo shows")),
                RpcMethod.of(
                        "sendmsgtopeer",
                        "hidden",
                        "Sends a peer any message; for tests.",
                        LinkMethods::sendMsgToPeer,
                        required("peer_id", NUMBER, "the id that getpeerinfo shows"),
                        required("msg_type", TEXT, "type of the message, 12 characters at most"),
                        required("msg", TEXT, "its payload in hex")),
                RpcMethod.of(
                        "setnetworkactive",
                        category,
                        "Turns networking off, which closes all links, or on again.",
                        LinkMethods::setNetworkActive,
                        required("state", FLAG, "true for on")),
                RpcMethod.of(
                        "getblockfrompeer",
                        "blockchain",
                        "Asks one peer for a block whose header is known.",
                        LinkMethods::getBlockFromPeer,
                        required("blockhash", TEXT, "the block"),
                        required("peer_id", NUMBER, "the peer's id")),
                RpcMethod.of(
                        "setmocktime",
                        "hidden",
                        "Stops the node's clock at a time; 0 lets it run again. On regtest only.",
                        LinkMethods::setMockTime,
                        required("timestamp", NUMBER, "seconds since 1970")),
                RpcMethod.of(
                        "mockscheduler",
                        "hidden",
                        "Does now what would be due within that time. On regtest only.",
                        LinkMethods::mockScheduler,
                        required("delta_time", NUMBER, "seconds")));
    }

    private static NetAddress address(Call call, String text) {
        int port = call.chain().p2pPort();
        Node node = call.node();
        NetAddress address = NetAddress.parse(text, port);
        if (address != null) {
            return node.core(() -> node.links().routes().meant(address));
        }
        Bootstrap.Host host = Bootstrap.Host.parse(text, port);
        if (host == null) {
            throw new RpcException(
                    RpcException.CLIENT_INVALID_IP_OR_SUBNET,
                    "Error: '" + text + "' is no host: give an address or a name, and perhaps :<port>");
        }
        return node.core(() -> node.links().name(host.name(), host.port()));
    }

    private static JsonNode addNode(Call call) {
        Node node = call.node();
        String command = call.text("command");
        boolean able = node.core(() -> node.links().encrypts());
        boolean encrypted = call.flag("v2transport", able);
        if (encrypted && !able) {
            throw new RpcException(
                    RpcException.INVALID_PARAMETER, "Error: v2transport requested but not enabled (see -v2transport)");
        }
        switch (command) {
            case "add" -> {
                NetAddress address = address(call, call.text("node"));
                if (!node.core(() -> node.connections().add(address, call.text("node"), encrypted))) {
                    throw new RpcException(RpcException.CLIENT_NODE_ALREADY_ADDED, "Error: Node already added");
                }
            }
            case "remove" -> {
                NetAddress address = address(call, call.text("node"));
                if (!node.core(() -> node.connections().remove(address))) {
                    throw new RpcException(
                            RpcException.CLIENT_NODE_NOT_ADDED,
                            "Error: Node could not be removed. It has not been added previously.");
                }
            }
            case "onetry" -> {
                NetAddress address = address(call, call.text("node"));
                node.core(() -> node.links().connect(address, LinkKind.MANUAL, encrypted));
            }
            default -> {
                RpcMethod method = call.server().table().find("addnode");
                throw new RpcException(RpcException.MISC_ERROR, method == null ? command : method.manual());
            }
        }
        return Json.nothing();
    }

    private static JsonNode getAddedNodeInfo(Call call) {
        Node node = call.node();
        List<ConnectionPolicy.Added> shown = node.core(() -> node.connections().added());
        if (call.has("node")) {
            NetAddress wanted = address(call, call.text("node"));
            shown = shown.stream()
                    .filter(added -> added.address().equals(wanted))
                    .toList();
            if (shown.isEmpty()) {
                throw new RpcException(RpcException.CLIENT_NODE_NOT_ADDED, "Error: Node has not been added.");
            }
        }
        ArrayNode all = Json.array();
        for (ConnectionPolicy.Added added : shown) {
            ObjectNode json = Json.object().put("addednode", added.text()).put("connected", added.linked());
            ArrayNode addresses = json.putArray("addresses");
            if (added.linked()) {
                addresses.add(
                        Json.object().put("address", added.address().toString()).put("connected", "outbound"));
            }
            all.add(json);
        }
        return all;
    }

    private static void onlyRegtest(Call call, String method) {
        if (call.chain().type() != ChainType.REGTEST) {
            throw new RpcException(
                    RpcException.MISC_ERROR, method + " is for regression testing (-regtest mode) only.");
        }
    }

    private static JsonNode addConnection(Call call) {
        onlyRegtest(call, "addconnection");
        LinkKind kind = TEST_KINDS.get(call.text("connection_type").strip());
        if (kind == null) {
            RpcMethod method = call.server().table().find("addconnection");
            throw Call.invalid(method == null ? "" : method.manual());
        }
        NetAddress address = address(call, call.text("address"));
        Node node = call.node();
        boolean able = node.core(() -> node.links().encrypts());
        boolean encrypted = call.flag("v2transport", able);
        if (encrypted && !able) {
            throw new RpcException(
                    RpcException.INVALID_PARAMETER,
                    "Error: Adding v2transport connections requires -v2transport init flag to be set.");
        }
        if (!node.core(() -> node.links().connect(address, kind, encrypted))) {
            throw new RpcException(
                    RpcException.CLIENT_NODE_CAPACITY_REACHED,
                    "Error: Already at capacity for specified connection type.");
        }
        awaitAttempt(node, address);
        return Json.object().put("address", call.text("address")).put("connection_type", kind.label());
    }

    /** Waits until the attempt has led to a link or failed, which it does in time: the caller may look for the link. */
    private static void awaitAttempt(Node node, NetAddress address) {
        try {
            while (node.core(() -> node.links().isConnectingTo(address))) {
                Thread.sleep(ATTEMPT_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode sendMsgToPeer(Call call) {
        long id = call.number("peer_id");
        String type = call.text("msg_type");
        if (type.length() > V1Transport.TYPE_BYTES) {
            throw Call.invalid("Error: msg_type too long, max length is " + V1Transport.TYPE_BYTES);
        }
        String hex = call.text("msg");
        if (!Call.isHex(hex)) {
            throw Call.invalid("Error parsing input for msg");
        }
        Bytes payload = Bytes.fromHex(hex);
        Node node = call.node();
        long now = node.clock().millis();
        boolean sent = node.core(() -> {
            List<Link> found = PeerMethods.find(node, "", id);
            found.forEach(link -> node.links().send(now, link, type, payload));
            return !found.isEmpty();
        });
        if (!sent) {
            throw new RpcException(RpcException.MISC_ERROR, "Error: Could not send message to peer");
        }
        return Json.object();
    }

    private static JsonNode disconnectNode(Call call) {
        String address = call.text("address", "");
        boolean byAddress = !address.isEmpty();
        if (byAddress == call.has("nodeid")) {
            throw new RpcException(-32602, "Only one of address and nodeid should be provided.");
        }
        long id = byAddress ? -1 : call.number("nodeid");
        Node node = call.node();
        long now = node.clock().millis();
        boolean closed = node.core(() -> {
            List<Link> found = PeerMethods.find(node, address, id);
            found.forEach(link -> node.links().close(now, link, "disconnected by the operator"));
            return !found.isEmpty();
        });
        if (!closed) {
            throw new RpcException(RpcException.CLIENT_NODE_NOT_CONNECTED, "Node not found in connected nodes");
        }
        return Json.nothing();
    }

    private static JsonNode setNetworkActive(Call call) {
        Node node = call.node();
        node.setNetworkActive(call.flag("state", true));
        return Json.flag(node.core(() -> node.links().isActive()));
    }

    private static JsonNode getBlockFromPeer(Call call) {
        BlockEntry entry = call.node().headers().find(call.hash("blockhash"));
        if (entry == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Block header missing");
        }
        if (entry.hasBlock()) {
            throw new RpcException(RpcException.MISC_ERROR, "Block already downloaded");
        }
        Node node = call.node();
        long peer = call.number("peer_id");
        long now = node.clock().millis();
        String complaint = node.core(() -> node.peers().fetchBlock(now, peer, entry));
        if (complaint != null) {
            throw new RpcException(RpcException.MISC_ERROR, complaint);
        }
        return Json.object();
    }

    private static JsonNode setMockTime(Call call) {
        onlyRegtest(call, "setmocktime");
        long time = call.number("timestamp");
        if (time < 0 || time > MAX_MOCK_SECONDS) {
            throw Call.invalid("Mocktime must be in the range [0, " + MAX_MOCK_SECONDS + "], not " + time + ".");
        }
        call.node().mockTime(time);
        return Json.nothing();
    }

    private static JsonNode mockScheduler(Call call) {
        onlyRegtest(call, "mockscheduler");
        long delta = call.number("delta_time");
        if (delta <= 0 || delta > MAX_SCHEDULER_SECONDS) {
            throw new RpcException(RpcException.MISC_ERROR, "delta_time must be between 1 and 3600 seconds (1 hr)");
        }
        Node node = call.node();
        long then = node.clock().millis() + delta * 1000;
        node.lookAhead(then);
        call.wallets().due(then);
        return Json.nothing();
    }
}
