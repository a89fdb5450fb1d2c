package org.starling.api.rpc;

import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.api.metrics.NodeMetrics;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.WalletException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers JSON-RPC 1.x and 2.0 over HTTP as Bitcoin Core does. It is up before the node is: until
 * {@link #finishWarmup} every call is answered with error -28 and what is being done.
 */
public final class RpcServer implements AutoCloseable {
    /** Longest body of a request: a batch of blocks fits. */
    private static final long MAX_BODY_BYTES = 0x02000000;

    /** Longest header section of a request. */
    private static final int MAX_HEADER_BYTES = 8192;

    /** Most connections at once. */
    private static final int MAX_CONNECTIONS = 1024;

    /** How long a wrong password is answered late, so that guessing is slow. */
    private static final long WRONG_PASSWORD_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger("rpc");

    private static final Header JSON_TYPE =
            HeaderValues.createCached(HeaderNames.CONTENT_TYPE, false, false, "application/json");
    private static final Header CHALLENGE =
            HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, false, false, "Basic realm=\"jsonrpc\"");

    /**
     * What the server is told.
     *
     * @param chain whose addresses and keys are understood
     * @param bind addresses to listen on; port 0 takes a free one
     * @param threads calls that are carried out at once
     * @param queue calls that wait for their turn; further ones are refused
     * @param rest whether public data are given to whoever asks for a path under {@code /rest/}
     * @param metrics whether figures about the node are given to whoever asks for {@code /metrics}
     */
    public record Config(
            ChainParams chain,
            List<InetSocketAddress> bind,
            RpcAccess access,
            Duration idleTimeout,
            int threads,
            int queue,
            boolean rest,
            boolean metrics) {
        public static final int DEFAULT_THREADS = 16;
        public static final int DEFAULT_QUEUE = 64;
    }

    private final Config config;
    private final RpcTable table;
    private final RpcHost host;
    private final NodeMetrics metrics = new NodeMetrics();
    private final Rest rest = new Rest(this, (method, arguments) -> carryOut(method, arguments, "/"));
    private final WebServer server;
    private final Map<Long, Running> running = new ConcurrentHashMap<>();
    private final AtomicLong calls = new AtomicLong();
    private final RunningScan coinScan = new RunningScan();
    private final RunningScan blockScan = new RunningScan();
    private final Semaphore places;
    private final Semaphore turns;
    private volatile String warmup = "RPC starting";
    private volatile @Nullable Node node;
    private volatile @Nullable Wallets wallets;

    /** Who calls what. */
    private record Caller(String user, String path) {}

    private record Running(String method, long startedNanos) {}

    private RpcServer(Config config, RpcTable table, RpcHost host) {
        this.config = config;
        this.table = table;
        this.host = host;
        this.places = new Semaphore(config.threads() + config.queue());
        this.turns = new Semaphore(config.threads(), true);
        this.server = build();
    }

    /** Listens from now on. Throws {@link IOException} if an address cannot be had. */
    public static RpcServer start(Config config, RpcTable table, RpcHost host) throws IOException {
        RpcServer rpc = new RpcServer(config, table, host);
        // The web server only logs it if it cannot listen.
        for (InetSocketAddress address : config.bind()) {
            requireFree(address);
        }
        boolean failed = false;
        try {
            rpc.server.start();
        } catch (UncheckedIOException e) {
            failed = true;
        }
        if (failed || !rpc.server.isRunning()) {
            rpc.close();
            throw new IOException(unavailable(config.bind().getFirst()));
        }
        return rpc;
    }

    private static void requireFree(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(address);
        } catch (BindException e) {
            throw new IOException(unavailable(address), e);
        }
    }

    private static String unavailable(InetSocketAddress address) {
        return "Unable to bind any endpoint for RPC server: " + address.getHostString() + ":" + address.getPort()
                + " is in use or not available; choose another with -rpcport.";
    }

    private WebServer build() {
        WebServerConfig.Builder builder = WebServer.builder().shutdownHook(false);
        configure(builder, config.bind().getFirst());
        for (int i = 1; i < config.bind().size(); i++) {
            InetSocketAddress further = config.bind().get(i);
            builder.putSocket("socket" + i, socket -> configure(socket, further));
        }
        return builder.build();
    }

    private void configure(ListenerConfig.BuilderBase<?, ?> listener, InetSocketAddress address) {
        listener.address(address.getAddress())
                .port(address.getPort())
                .maxPayloadSize(MAX_BODY_BYTES)
                .maxTcpConnections(MAX_CONNECTIONS)
                .idleConnectionTimeout(config.idleTimeout())
                .shutdownGracePeriod(Duration.ofMillis(500))
                .addProtocol(io.helidon.webserver.http1.Http1Config.builder()
                        .maxHeadersSize(MAX_HEADER_BYTES)
                        .maxPrologueLength(8 * MAX_HEADER_BYTES)
                        .build())
                .directHandlers(DirectHandlers.builder()
                        .addHandler(DirectHandler.EventType.BAD_REQUEST, RpcServer::unreadable)
                        .build())
                .routing(HttpRouting.builder().any(this::answer));
    }

    // What is not even a request of HTTP.
    private static DirectHandler.TransportResponse unreadable(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .keepAlive(false)
                .entity("URI parsing failed, it likely contained RFC 3986 invalid characters\r\n")
                .build();
    }

    /** Says what the node is doing before it can answer. */
    public void setWarmup(String status) {
        warmup = status;
    }

    /** Names the node that methods work on. */
    public void attach(Node started) {
        node = started;
    }

    /** Names the wallets that methods work on. */
    public void attach(Wallets opened) {
        wallets = opened;
    }

    /** The wallets. A call that needs them before they are there is answered as during the warm-up. */
    Wallets wallets() {
        Wallets opened = wallets;
        if (opened == null) {
            throw new RpcException(RpcException.IN_WARMUP, warmup);
        }
        return opened;
    }

    /** From now on methods are carried out. */
    public void finishWarmup() {
        warmup = "";
    }

    /** How far an operator has set the node's clock ahead of the world's, in milliseconds; 0 while it runs. */
    long clockAheadMillis() {
        Node started = node;
        return started == null || !started.clock().isMocked()
                ? 0
                : started.clock().millis() - System.currentTimeMillis();
    }

    /** The node. A call that needs it before it is there is answered as during the warm-up. */
    Node node() {
        Node started = node;
        if (started == null) {
            throw new RpcException(RpcException.IN_WARMUP, warmup);
        }
        return started;
    }

    /** The port of the first address. */
    public int port() {
        return server.port();
    }

    ChainParams chain() {
        return config.chain();
    }

    /** The search of all coins. */
    RunningScan coinScan() {
        return coinScan;
    }

    /** The search of the blocks by their filters. */
    RunningScan blockScan() {
        return blockScan;
    }

    RpcTable table() {
        return table;
    }

    RpcHost host() {
        return host;
    }

    /** Calls under way with the microseconds since they began. */
    Map<String, Long> active() {
        Map<String, Long> active = new LinkedHashMap<>();
        long now = System.nanoTime();
        running.values().forEach(call -> active.put(call.method(), (now - call.startedNanos()) / 1000));
        return active;
    }

    @Override
    public void close() {
        server.stop();
    }

    private void answer(ServerRequest request, ServerResponse response) {
        String path = request.path().rawPath();
        if (!(request.remotePeer().address() instanceof InetSocketAddress caller)
                || !config.access().admits(caller.getAddress())) {
            response.status(Status.FORBIDDEN_403).send();
        } else if (path.length() > MAX_HEADER_BYTES) {
            response.status(Status.BAD_REQUEST_400).send();
        } else if (config.metrics() && path.equals("/metrics")) {
            answerMetrics(request, response);
        } else if (config.rest() && path.startsWith(Rest.PREFIX)) {
            answerRest(request, path, response);
        } else if (!path.equals("/") && !path.startsWith("/wallet/")) {
            response.status(Status.NOT_FOUND_404).send();
        } else if (!request.prologue().method().equals(Method.POST)) {
            response.status(Status.METHOD_NOT_ALLOWED_405).send("JSONRPC server handles only POST requests");
        } else if (isFromPage(request)) {
            response.status(Status.FORBIDDEN_403).send();
        } else {
            String user = request.headers()
                    .first(HeaderNames.AUTHORIZATION)
                    .map(config.access().credentials()::userOf)
                    .orElse("");
            if (user.isEmpty()) {
                refuse(request, response);
            } else {
                byte[] body = body(request);
                inTurn(response, () -> answer(new Caller(user, path), body, response));
            }
        }
    }

    private void answerRest(ServerRequest request, String path, ServerResponse response) {
        Method method = request.prologue().method();
        if (!method.equals(Method.GET) && !method.equals(Method.POST)) {
            response.status(Status.METHOD_NOT_ALLOWED_405).send();
        } else if (isFromPage(request)) {
            response.status(Status.FORBIDDEN_403).send();
        } else {
            Rest.Request asked =
                    new Rest.Request(path, name -> request.query().first(name).asOptional(), Bytes.wrap(body(request)));
            inTurn(response, () -> {
                Rest.Reply reply = rest.answer(asked, warmup);
                if (reply == null) {
                    response.status(Status.NOT_FOUND_404).send();
                } else {
                    response.header(HeaderNames.CONTENT_TYPE, reply.type())
                            .status(reply.status())
                            .send(reply.body().toArray());
                }
            });
        }
    }

    private void answerMetrics(ServerRequest request, ServerResponse response) {
        if (!request.prologue().method().equals(Method.GET)) {
            response.status(Status.METHOD_NOT_ALLOWED_405).send();
        } else if (isFromPage(request)) {
            response.status(Status.FORBIDDEN_403).send();
        } else {
            inTurn(response, () -> {
                Node started = node;
                if (started == null) {
                    response.status(Status.SERVICE_UNAVAILABLE_503).send(warmup);
                } else {
                    response.header(HeaderNames.CONTENT_TYPE, NodeMetrics.CONTENT_TYPE)
                            .send(metrics.text(started, wallets, host));
                }
            });
        }
    }

    private static byte[] body(ServerRequest request) {
        return request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    }

    // A page of a foreign origin that a browser lets call here, or one that gave its own name this machine's address.
    private boolean isFromPage(ServerRequest request) {
        if (request.headers().contains(HeaderNames.ORIGIN)) {
            return true;
        }
        return !config.access().anyHost()
                && request.headers()
                        .first(HeaderNames.HOST)
                        .map(name -> !HostNames.isThisMachine(name))
                        .orElse(false);
    }

    private void refuse(ServerRequest request, ServerResponse response) {
        if (request.headers().contains(HeaderNames.AUTHORIZATION)) {
            LOG.info(
                    "ThreadRPCServer incorrect password attempt from {}",
                    request.remotePeer().address());
            host.pause(WRONG_PASSWORD_MILLIS);
        }
        response.header(CHALLENGE).status(Status.UNAUTHORIZED_401).send();
    }

    private void inTurn(ServerResponse response, Runnable task) {
        if (!places.tryAcquire()) {
            LOG.warn("Request rejected because http work queue depth exceeded, it can be increased with the"
                    + " -rpcworkqueue= setting");
            response.status(Status.SERVICE_UNAVAILABLE_503).send("Work queue depth exceeded");
            return;
        }
        try {
            turns.acquireUninterruptibly();
            try {
                task.run();
            } finally {
                turns.release();
            }
        } finally {
            places.release();
        }
    }

    private boolean permits(String user, JsonNode request) {
        JsonNode method = request.path("method");
        return config.access().permits(user, method.isString() ? method.stringValue() : "");
    }

    private void answer(Caller caller, byte[] body, ServerResponse response) {
        JsonNode request;
        try {
            request = Json.parse(body);
            if (!request.isContainer()) {
                throw new RpcException(RpcException.PARSE_ERROR, "Top-level object parse error");
            }
        } catch (RpcException e) {
            send(response, Status.INTERNAL_SERVER_ERROR_500, Envelope.UNREADABLE.error(e));
            return;
        }
        boolean permitted = request.isArray()
                ? request.valueStream().allMatch(element -> permits(caller.user(), element))
                : permits(caller.user(), request);
        if (!permitted) {
            LOG.warn("RPC User {} not allowed to call that method", caller.user());
            response.status(Status.FORBIDDEN_403).send();
        } else if (request.isArray()) {
            ArrayNode replies = Json.array();
            for (JsonNode element : request) {
                JsonNode reply = reply(element, caller).body();
                if (reply != null) {
                    replies.add(reply);
                }
            }
            boolean silent = replies.isEmpty() && !request.isEmpty();
            send(response, silent ? Status.NO_CONTENT_204 : Status.OK_200, silent ? null : replies);
        } else {
            Reply reply = reply(request, caller);
            send(response, reply.status(), reply.body());
        }
    }

    private static void send(ServerResponse response, Status status, @Nullable JsonNode body) {
        response.status(status);
        if (body == null) {
            response.send();
            return;
        }
        byte[] json = Json.write(body);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        response.header(JSON_TYPE).send(line);
    }

    private record Reply(Status status, @Nullable JsonNode body) {}

    private Reply reply(JsonNode request, Caller caller) {
        Envelope envelope = Envelope.of(request);
        ObjectNode body;
        Status status = Status.OK_200;
        try {
            JsonNode result = carryOut(envelope.methodOf(request), Envelope.parametersOf(request), caller.path());
            body = envelope.result(result);
        } catch (RpcException e) {
            body = envelope.error(e);
            status = envelope.statusOf(e);
        }
        return envelope.isNotification() ? new Reply(Status.NO_CONTENT_204, null) : new Reply(status, body);
    }

    private JsonNode carryOut(String name, JsonNode given, String path) {
        LOG.debug("ThreadRPCServer method={}", name.replaceAll("[^A-Za-z0-9_]", ""));
        String doing = warmup;
        if (!doing.isEmpty()) {
            throw new RpcException(RpcException.IN_WARMUP, doing);
        }
        RpcMethod method = table.find(name);
        if (method == null) {
            throw new RpcException(RpcException.METHOD_NOT_FOUND, "Method not found");
        }
        Call call = new Call(this, method, Invocation.arguments(method, given), path);
        long number = calls.incrementAndGet();
        long began = System.nanoTime();
        boolean succeeded = false;
        running.put(number, new Running(name, began));
        try {
            JsonNode result = method.handler().handle(call);
            succeeded = true;
            return result;
        } catch (RpcException e) {
            throw e;
        } catch (WalletException e) {
            throw WalletErrors.of(e);
        } catch (Exception | LinkageError | AssertionError e) {
            LOG.warn("{} failed", name, e);
            throw new RpcException(RpcException.MISC_ERROR, "Internal bug detected: " + e);
        } finally {
            running.remove(number);
            metrics.called(method.name(), System.nanoTime() - began, !succeeded);
        }
    }
}
