package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.starling.bitcoin.OrphanInfo;
import org.starling.bitcoin.PeerInfo;
import org.starling.bitcoin.Services;
import org.starling.consensus.Transaction;
import org.starling.engine.AddressBook;
import org.starling.engine.KnownAddress;
import org.starling.engine.Link;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Permission;
import org.starling.engine.Proxy;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.engine.UploadBudget;
import org.starling.mempool.MempoolOptions;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about the peers and the addresses that are known. */
final class PeerMethods {
    /** The version that the node's behaviour is of, as Bitcoin Core numbers its releases. */
    private static final int CLIENT_VERSION = 280_100;

    private static final int PROTOCOL_VERSION = 70016;

    private PeerMethods() {}

    static List<RpcMethod> all() {
        String category = "network";
        return List.of(
                RpcMethod.of(
                        "getpeerinfo",
                        category,
                        "What is known of each peer, its network among it"
                                + " (ipv4, ipv6, onion, i2p, cjdns, not_publicly_routable).",
                        PeerMethods::getPeerInfo),
                RpcMethod.of(
                        "getorphantxs",
                        "hidden",
                        "Transactions whose parents are not known.",
                        PeerMethods::getOrphans,
                        optional("verbosity", ANY, "0 (default) for txids, 1 for facts, 2 for these with the bytes")),
                RpcMethod.of(
                        "getconnectioncount",
                        category,
                        "How many links are open.",
                        call -> Json.number(call.node()
                                .core(() -> call.node().links().links().size()))),
                RpcMethod.of(
                        "getnetworkinfo",
                        category,
                        "How the node takes part in the network, and how it reaches each of those that there are"
                                + " (ipv4, ipv6, onion, i2p, cjdns).",
                        PeerMethods::getNetworkInfo),
                RpcMethod.of("getnettotals", category, "Bytes sent and received.", PeerMethods::getNetTotals),
                RpcMethod.of(
                        "ping",
                        category,
                        "Measures the latency of all links; getpeerinfo shows it.",
                        call -> call.node().core(() -> {
                            call.node().peers().pingAll();
                            return Json.nothing();
                        })),
                RpcMethod.of(
                        "getnodeaddresses",
                        category,
                        "Some of the addresses that are known.",
                        PeerMethods::getNodeAddresses,
                        optional("count", NUMBER, "how many at most, 0 for all; 1 if not said"),
                        optional("network", TEXT, "only of that network")),
                RpcMethod.of(
                        "getaddrmaninfo",
                        category,
                        "How many addresses are known, by network.",
                        PeerMethods::getAddrManInfo),
                RpcMethod.of(
                        "getrawaddrman",
                        "hidden",
                        "All addresses that are known, by table, bucket and position.",
                        PeerMethods::getRawAddrMan),
                RpcMethod.of(
                        "addpeeraddress",
                        "hidden",
                        "Puts an address among those that are known; for testing.",
                        PeerMethods::addPeerAddress,
                        required("address", TEXT, "the IP address"),
                        required("port", NUMBER, "the port"),
                        optional("tried", FLAG, "whether as one that was connected to")));
    }

    private static String services(long services) {
        return String.format(Locale.ROOT, "%016x", services);
    }

    private static JsonNode getPeerInfo(Call call) {
        Node node = call.node();
        long now = node.clock().millis();
        ArrayNode all = Json.array();
        Routability routability = node.config().connections().routability();
        for (PeerInfo peer : node.core(() -> node.peers().peers(now))) {
            ObjectNode json = peer(peer);
            mappedAs(json, "mapped_as", routability.asOf(peer.address()));
            all.add(json);
        }
        return all;
    }

    private static JsonNode getOrphans(Call call) {
        JsonNode wanted = call.get("verbosity");
        if (wanted.isBoolean()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Verbosity was boolean but only integer allowed");
        }
        int verbosity = call.verbosity("verbosity", 0);
        if (verbosity < 0 || verbosity > 2) {
            throw new RpcException(RpcException.INVALID_PARAMETER, "Invalid verbosity value " + verbosity);
        }
        Node node = call.node();
        ArrayNode all = Json.array();
        for (OrphanInfo orphan : node.core(() -> node.peers().orphanTransactions())) {
            if (verbosity == 0) {
                all.add(orphan.transaction().txid().toString());
            } else {
                all.add(orphan(orphan, verbosity));
            }
        }
        return all;
    }

    private static ObjectNode orphan(OrphanInfo orphan, int verbosity) {
        Transaction transaction = orphan.transaction();
        ObjectNode json = Json.object()
                .put("txid", transaction.txid().toString())
                .put("wtxid", transaction.wtxid().toString())
                .put("bytes", transaction.totalLength())
                .put("vsize", transaction.virtualSize())
                .put("weight", transaction.weight())
                .put("entry", orphan.entryMillis() / 1000)
                .put("expiration", orphan.expiryMillis() / 1000);
        orphan.peers().forEach(json.putArray("from")::add);
        return verbosity == 2 ? json.put("hex", transaction.serialized().hex()) : json;
    }

    private static void mappedAs(ObjectNode json, String name, long as) {
        if (as != 0) {
            json.put(name, as);
        }
    }

    private static ObjectNode peer(PeerInfo peer) {
        ObjectNode json = Json.object()
                .put("id", peer.id())
                .put("addr", peer.address().toString())
                .put("addrbind", peer.addressBound().toString());
        NetAddress local = peer.addressLocal();
        if (local != null) {
            json.put("addrlocal", local.toString());
        }
        json.put("network", network(peer)).put("services", services(peer.services()));
        json.set("servicesnames", Json.texts(Services.names(peer.services())));
        json.put("relaytxes", peer.relaysTransactions())
                .put("lastsend", peer.lastSendMillis() / 1000)
                .put("lastrecv", peer.lastReceiveMillis() / 1000)
                .put("last_transaction", peer.lastTransactionMillis() / 1000)
                .put("last_block", peer.lastBlockMillis() / 1000)
                .put("bytessent", peer.bytesSent())
                .put("bytesrecv", peer.bytesReceived())
                .put("conntime", peer.connectedMillis() / 1000)
                .put("timeoffset", peer.timeOffsetSeconds());
        seconds(json, "pingtime", peer.pingMillis());
        seconds(json, "minping", peer.minPingMillis());
        if (peer.pingWaitMillis() > 0) {
            seconds(json, "pingwait", peer.pingWaitMillis());
        }
        json.put("version", peer.version())
                .put("subver", peer.userAgent())
                .put("inbound", peer.kind().isInbound())
                .put("bip152_hb_to", peer.announcesCompactBlocks())
                .put("bip152_hb_from", peer.wantsCompactAnnouncements())
                .put("startingheight", peer.startHeight())
                .put("presynced_headers", peer.presyncedHeaders())
                .put("synced_headers", peer.syncedHeaders())
                .put("synced_blocks", peer.syncedBlocks());
        ArrayNode inFlight = json.putArray("inflight");
        peer.heightsInFlight().forEach(inFlight::add);
        json.put("addr_relay_enabled", peer.addressRelay())
                .put("addr_processed", peer.addressesProcessed())
                .put("addr_rate_limited", peer.addressesRateLimited());
        json.set(
                "permissions",
                Json.texts(peer.permissions().stream().map(Permission::label).toList()));
        json.set("minfeefilter", Json.amount(peer.minFeeFilterPerKvb()));
        json.set("bytessent_per_msg", counts(peer.bytesSentByType()));
        json.set("bytesrecv_per_msg", counts(peer.bytesReceivedByType()));
        return json.put("connection_type", peer.kind().label())
                .put("transport_protocol_type", peer.transport())
                .put("session_id", peer.sessionId());
    }

    private static void seconds(ObjectNode json, String name, long millis) {
        if (millis >= 0) {
            json.put(name, millis / 1000.0);
        }
    }

    private static ObjectNode counts(Map<String, Long> byType) {
        ObjectNode json = Json.object();
        byType.forEach(json::put);
        return json;
    }

    private static String network(PeerInfo peer) {
        return peer.address().isLoopback() && !peer.network().hides()
                ? "not_publicly_routable"
                : peer.network().label();
    }

    private static JsonNode getNetworkInfo(Call call) {
        Node node = call.node();
        record Links(
                long total,
                long inbound,
                boolean active,
                long clockOffset,
                Routes routes,
                List<LocalAddresses.Entry> own) {}
        Links links = node.core(() -> new Links(
                node.links().links().size(),
                node.links().links(link -> link.kind().isInbound()).size(),
                node.links().isActive(),
                node.clockOffsetSeconds(),
                node.links().routes(),
                node.peers().ownAddresses().entries(node.clock().millis())));
        MempoolOptions options = node.config().mempool();
        long services = node.config().peers().services();
        ObjectNode json = Json.object()
                .put("version", CLIENT_VERSION)
                .put("subversion", node.config().peers().userAgent())
                .put("protocolversion", PROTOCOL_VERSION)
                .put("localservices", services(services));
        json.set("localservicesnames", Json.texts(Services.names(services)));
        json.put("localrelay", !node.config().peers().blocksOnly())
                .put("timeoffset", links.clockOffset())
                .put("networkactive", links.active())
                .put("connections", links.total())
                .put("connections_in", links.inbound())
                .put("connections_out", links.total() - links.inbound());
        ArrayNode networks = json.putArray("networks");
        for (NetworkType network : NetworkType.values()) {
            Proxy proxy = links.routes().proxies().get(network);
            boolean reachable = links.routes().usable(network);
            networks.add(Json.object()
                    .put("name", network.label())
                    .put("limited", !reachable)
                    .put("reachable", reachable)
                    .put("proxy", proxy == null ? "" : proxy.place().toString())
                    .put("proxy_randomize_credentials", proxy != null && proxy.isolate()));
        }
        json.set("relayfee", MempoolMethods.rate(options.minRelayFeerate()));
        json.set("incrementalfee", MempoolMethods.rate(options.incrementalFeerate()));
        ArrayNode own = json.putArray("localaddresses");
        links.own()
                .forEach(entry -> own.add(Json.object()
                        .put("address", entry.address().host())
                        .put("port", entry.address().port())
                        .put("score", entry.score())));
        json.set("warnings", Json.texts(node.warnings().texts()));
        return json;
    }

    private static JsonNode getNetTotals(Call call) {
        Node node = call.node();
        long now = node.clock().millis();
        return node.core(() -> {
            UploadBudget upload = node.links().upload();
            ObjectNode json = Json.object()
                    .put("totalbytesrecv", node.links().totalReceived())
                    .put("totalbytessent", node.links().totalSent())
                    .put("timemillis", now);
            json.putObject("uploadtarget")
                    .put("timeframe", UploadBudget.CYCLE_SECONDS)
                    .put("target", upload.targetBytes())
                    .put("target_reached", upload.isSpent())
                    .put("serve_historical_blocks", !upload.isSpentForOld(now))
                    .put("bytes_left_in_cycle", upload.bytesLeft())
                    .put("time_left_in_cycle", upload.secondsLeft(now));
            return json;
        });
    }

    private static JsonNode getNodeAddresses(Call call) {
        int count = call.integer("count", 1);
        if (count < 0) {
            throw Call.invalid("Address count out of range");
        }
        String network = call.text("network", "");
        if (!network.isEmpty()
                && !List.of(NetworkType.values()).stream()
                        .map(NetworkType::label)
                        .toList()
                        .contains(network)) {
            throw Call.invalid("Network not recognized: " + network);
        }
        Node node = call.node();
        long now = node.clock().seconds();
        List<KnownAddress> known = node.core(() -> node.addressBook()
                .sample(
                        now,
                        count == 0 ? Integer.MAX_VALUE : count,
                        100,
                        entry -> network.isEmpty()
                                || entry.address().network().label().equals(network)));
        ArrayNode all = Json.array();
        known.forEach(entry -> all.add(Json.object()
                .put("time", entry.seenSeconds())
                .put("services", entry.services())
                .put("address", entry.address().host())
                .put("port", entry.address().port())
                .put("network", entry.address().network().label())));
        return all;
    }

    private static JsonNode getAddrManInfo(Call call) {
        AddressBook book = call.node().addressBook();
        List<KnownAddress> known = call.node().core(book::entries);
        ObjectNode json = Json.object();
        int tried = 0;
        for (NetworkType network : NetworkType.values()) {
            List<KnownAddress> of = known.stream()
                    .filter(entry -> entry.address().network() == network)
                    .toList();
            int triedOf = (int) of.stream().filter(KnownAddress::isTried).count();
            tried += triedOf;
            json.set(network.label(), counted(of.size() - triedOf, triedOf));
        }
        json.set("all_networks", counted(known.size() - tried, tried));
        return json;
    }

    private static ObjectNode counted(int fresh, int tried) {
        return Json.object().put("new", fresh).put("tried", tried).put("total", fresh + tried);
    }

    private static JsonNode getRawAddrMan(Call call) {
        Node node = call.node();
        Routability routability = node.config().connections().routability();
        ObjectNode json = Json.object();
        ObjectNode fresh = json.putObject("new");
        ObjectNode tried = json.putObject("tried");
        for (AddressBook.Place place : node.core(() -> node.addressBook().places())) {
            KnownAddress known = place.entry();
            ObjectNode entry = Json.object()
                    .put("address", known.address().host())
                    .put("port", known.address().port())
                    .put("network", known.address().network().label())
                    .put("time", known.seenSeconds())
                    .put("services", known.services())
                    .put("source", known.source().host())
                    .put("source_network", known.source().network().label());
            mappedAs(entry, "mapped_as", routability.asOf(known.address()));
            mappedAs(entry, "source_mapped_as", routability.asOf(known.source()));
            (place.tried() ? tried : fresh).set(place.bucket() + "/" + place.position(), entry);
        }
        return json;
    }

    private static JsonNode addPeerAddress(Call call) {
        Node node = call.node();
        int port = call.integer("port");
        if (port < 0 || port > 0xffff) {
            throw new RpcException(RpcException.MISC_ERROR, "JSON integer out of range");
        }
        NetAddress address = NetAddress.parse(call.text("address"), port);
        if (address == null) {
            return Json.object().put("success", false);
        }
        boolean tried = call.flag("tried", false);
        long now = node.clock().seconds();
        return node.core(() -> {
            AddressBook book = node.addressBook();
            boolean added = book.add(now, address, Services.NETWORK | Services.WITNESS, now, address, 0);
            if (!added) {
                return Json.object().put("success", false).put("error", "failed-adding-to-new");
            }
            if (tried) {
                book.attempt(now, address);
                if (!book.good(now, address)) {
                    return Json.object().put("success", false).put("error", "failed-adding-to-tried");
                }
            }
            return Json.object().put("success", true);
        });
    }

    /** The open link to that address, or with that id. */
    static List<Link> find(Node node, String address, long id) {
        return node.links()
                .links(link -> address.isEmpty()
                        ? link.id() == id
                        : link.remote().toString().equals(address));
    }
}
