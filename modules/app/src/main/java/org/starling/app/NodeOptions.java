package org.starling.app;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.PeerSettings;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.Chain;
import org.starling.chain.ChainOptions;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.consensus.ChainWork;
import org.starling.consensus.RegtestOptions;
import org.starling.engine.Bootstrap;
import org.starling.engine.Defences;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.engine.TorControl;
import org.starling.mempool.BlockAssembler;
import org.starling.mempool.Feerate;
import org.starling.mempool.MempoolOptions;
import org.starling.node.ImportFile;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** Makes a node's configuration of the settings, and refuses what cannot be meant. */
final class NodeOptions {
    private static final int MIN_PRUNE_MEBIBYTES = 550;
    private static final int MAX_AGENT_CHARACTERS = 256;
    private static final int LEAST_FAMILIES = 40;
    private static final long SIGNET_SPACING_SECONDS = 600;
    private static final String AGENT_CHARACTERS = "[A-Za-z0-9 .,;_?@-]*";

    /** Share of the heap that the coins cache may take. */
    private static final double CACHE_SHARE = 0.4;

    private final Settings settings;
    private final DataDirectory directory;
    private final ChainParams params;
    private final ListenOptions listening;

    /** @param directory relative to which files are named */
    NodeOptions(Settings settings, DataDirectory directory) throws UsageException {
        this.settings = settings;
        this.directory = directory;
        this.params = chainParams();
        this.listening = new ListenOptions(settings, params.p2pPort());
    }

    ChainParams params() {
        return params;
    }

    private ChainParams chainParams() throws UsageException {
        ChainType type = ChainType.ofLabel(Chains.sectionOf(settings)).orElseThrow();
        ChainParams chosen = ChainParams.of(type);
        try {
            if (type == ChainType.REGTEST) {
                RegtestOptions regtest = RegtestOptions.DEFAULT.withFastPrune(settings.flag("fastprune", false));
                for (String height : settings.list("testactivationheight")) {
                    regtest = regtest.withActivationHeight(height);
                }
                for (String deployment : settings.list("vbparams")) {
                    regtest = regtest.withVersionBits(deployment);
                }
                chosen = ChainParams.regtest(regtest);
            } else if (type == ChainType.SIGNET && settings.isSet("signetchallenge")) {
                chosen = ChainParams.signet(
                        signetChallenge(), settings.number("signetblocktime", SIGNET_SPACING_SECONDS));
            }
            if (settings.isSet("minimumchainwork")) {
                chosen = chosen.withMinimumChainWork(ChainWork.fromHex(minimumChainWork()));
            }
            if (settings.isSet("assumevalid")) {
                String hash = settings.text("assumevalid", "0");
                chosen = chosen.withAssumeValid(
                        hash.equals("0") || hash.isEmpty() ? Hash256.ZERO : Hash256.fromHex(strip(hash)));
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return chosen;
    }

    private Bytes signetChallenge() throws UsageException {
        if (settings.list("signetchallenge").size() > 1) {
            throw new UsageException("-signetchallenge cannot be multiple values.");
        }
        String digits = settings.text("signetchallenge", "");
        if (!digits.matches("([0-9a-fA-F]{2})+")) {
            throw new UsageException("-signetchallenge must be hex, not '" + digits + "'.");
        }
        return Bytes.fromHex(digits);
    }

    private String minimumChainWork() throws UsageException {
        String digits = strip(settings.text("minimumchainwork", ""));
        if (!digits.matches("[0-9a-fA-F]{1,64}")) {
            throw new UsageException("Invalid non-hex (" + digits + ") minimum chain work value specified");
        }
        return "0".repeat(64 - digits.length()) + digits;
    }

    private static String strip(String hex) {
        return hex.startsWith("0x") ? hex.substring(2) : hex;
    }

    NodeConfig config() throws UsageException {
        return new NodeConfig(
                chain(),
                mempool(),
                peers(),
                connections(),
                mining(),
                new SeedOptions(settings, params).bootstrap(new ProxyOptions(settings).routes()),
                settings.number("maxtipage", NodeConfig.DEFAULT_MAX_TIP_AGE_SECONDS),
                maxUploadBytes(),
                indexing(),
                Defences.ALL);
    }

    /** A number with the letter of a unit: a small one counts in thousands, a capital one in 1024; M if there is none. */
    private long maxUploadBytes() throws UsageException {
        String text = settings.text("maxuploadtarget", "0");
        int exponent = text.isEmpty() ? -1 : "kmgt".indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        String digits = exponent < 0 ? text : text.substring(0, text.length() - 1);
        if (!digits.matches("[0-9]{1,6}")) {
            throw new UsageException("Unable to parse -maxuploadtarget: '" + text + "'");
        }
        boolean thousands = exponent >= 0 && Character.isLowerCase(text.charAt(text.length() - 1));
        long bytes = Long.parseLong(digits);
        for (int i = 0; i <= (exponent < 0 ? 1 : exponent); i++) {
            bytes = Math.multiplyExact(bytes, thousands ? 1000L : 1024L);
        }
        return bytes;
    }

    private NodeConfig.Indexing indexing() throws UsageException {
        NodeConfig.Indexing indexing = new NodeConfig.Indexing(
                settings.flag("txindex", false), hasFilters(), settings.flag("coinstatsindex", false));
        if (indexing.transactions() && prune().enabled()) {
            throw new UsageException("Prune mode is incompatible with -txindex.");
        }
        return indexing;
    }

    /** {@code -blockfilterindex} alone means all types, of which there is one. */
    private boolean hasFilters() throws UsageException {
        boolean wanted = false;
        for (String type : settings.list("blockfilterindex")) {
            wanted = switch (type) {
                case "", "1", "basic" -> true;
                case "0" -> false;
                default -> throw new UsageException("Unknown -blockfilterindex value " + type + ".");
            };
        }
        return wanted;
    }

    private ChainOptions chain() throws UsageException {
        long cache = Math.max(4, settings.number("dbcache", 450)) << 20;
        ChainOptions options = new ChainOptions(params)
                .withCoinsCacheBytes(
                        Math.min(cache, (long) (Runtime.getRuntime().maxMemory() * CACHE_SHARE)))
                .withObfuscateBlocks(settings.flag("blocksxor", true))
                .withRebuild(rebuild())
                .withPrune(prune());
        return settings.flag("fastprune", false)
                ? options.withMaxBlockFileBytes(ChainOptions.FAST_PRUNE_FILE_BYTES)
                : options;
    }

    private ChainOptions.Rebuild rebuild() throws UsageException {
        if (settings.flag("reindex", false)) {
            return ChainOptions.Rebuild.INDEX;
        }
        if (!settings.flag("reindex-chainstate", false)) {
            return ChainOptions.Rebuild.NOTHING;
        }
        if (settings.number("prune", 0) != 0) {
            throw new UsageException("Prune mode is incompatible with -reindex-chainstate. Use full -reindex instead.");
        }
        return ChainOptions.Rebuild.COINS;
    }

    /** The files of {@code -loadblock}. */
    List<ImportFile> imports() throws UsageException {
        List<ImportFile> files = new ArrayList<>();
        for (String name : settings.list("loadblock")) {
            BlockFile file = BlockFile.of(Path.of(name));
            files.add(new ImportFile(name, file, file.xorKey()));
        }
        return files;
    }

    /** How many of the last blocks are checked at the start; 0 for all. */
    int checkBlocks() throws UsageException {
        return Math.clamp(settings.number("checkblocks", Chain.DEFAULT_CHECK_BLOCKS), 0, Integer.MAX_VALUE);
    }

    /** How thoroughly they are checked, 0 to 4. */
    int checkLevel() throws UsageException {
        return Math.clamp(settings.number("checklevel", Chain.DEFAULT_CHECK_LEVEL), 0, Chain.MAX_CHECK_LEVEL);
    }

    private ChainOptions.Prune prune() throws UsageException {
        long target = settings.number("prune", 0);
        if (target < 0) {
            throw new UsageException("Prune cannot be configured with a negative value.");
        }
        if (target > 1 && target < MIN_PRUNE_MEBIBYTES) {
            throw new UsageException("Prune configured below the minimum of " + MIN_PRUNE_MEBIBYTES
                    + " MiB.  Please use a higher number.");
        }
        if (target == 0) {
            return ChainOptions.Prune.NONE;
        }
        return target == 1 ? ChainOptions.Prune.MANUAL : new ChainOptions.Prune(true, target << 20);
    }

    private MempoolOptions mempool() throws UsageException {
        MempoolOptions defaults = MempoolOptions.DEFAULT;
        boolean nonStandard = settings.flag("acceptnonstdtxn", false);
        if (nonStandard && params.type() == ChainType.MAIN) {
            throw new UsageException("acceptnonstdtxn is not currently supported for main chain");
        }
        MempoolOptions.Limits limits = defaults.limits();
        Feerate incremental = feerate("incrementalrelayfee", defaults.incrementalFeerate());
        Feerate relay = feerate("minrelaytxfee", max(defaults.minRelayFeerate(), incremental));
        long descendantBytes = settings.number("limitdescendantsize", limits.descendantBytes() / 1000) * 1000;
        long megabytes = settings.number("maxmempool", 300);
        // Room for some full families at least, each of which takes far more memory than bytes on the wire.
        long least = Math.ceilDiv(descendantBytes * LEAST_FAMILIES, 1_000_000);
        if (megabytes < least) {
            throw new UsageException("-maxmempool must be at least " + least + " MB");
        }
        return defaults.withMaxBytes(megabytes * 1_000_000)
                .withExpirySeconds(settings.number("mempoolexpiry", 336) * 3600)
                .withFeerates(relay, incremental, feerate("dustrelayfee", defaults.dustFeerate()))
                .withLimits(new MempoolOptions.Limits(
                        (int) settings.number("limitancestorcount", limits.ancestors()),
                        settings.number("limitancestorsize", limits.ancestorBytes() / 1000) * 1000,
                        (int) settings.number("limitdescendantcount", limits.descendants()),
                        descendantBytes))
                .withStandardness(
                        !nonStandard,
                        settings.flag("datacarrier", true)
                                ? (int) settings.number("datacarriersize", defaults.maxDataCarrierBytes())
                                : 0,
                        settings.flag("permitbaremultisig", defaults.permitBareMultisig()),
                        (int) settings.number("bytespersigop", defaults.bytesPerSigop()))
                .withFullReplacement(settings.flag("mempoolfullrbf", defaults.fullReplacement()))
                .withEphemeralDust(settings.flag("ephemeraldust", defaults.ephemeralDust()));
    }

    private static Feerate max(Feerate one, Feerate other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** An amount in BTC for 1000 virtual bytes. */
    private Feerate feerate(String option, Feerate byDefault) throws UsageException {
        String text = settings.text(option);
        if (text == null) {
            return byDefault;
        }
        OptionalLong satoshis = amount(text);
        if (satoshis.isEmpty()) {
            throw new UsageException("Invalid amount for -" + option + "=<amount>: '" + text + "'");
        }
        return new Feerate(satoshis.getAsLong());
    }

    /** Satoshis of an amount in BTC; empty for any other text. */
    static OptionalLong amount(String text) {
        if (!text.matches("[0-9]{1,8}(\\.[0-9]{0,8})?|\\.[0-9]{1,8}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(new java.math.BigDecimal(text.startsWith(".") ? "0" + text : text)
                .movePointRight(8)
                .longValueExact());
    }

    private PeerSettings peers() throws UsageException {
        PeerSettings defaults = PeerSettings.of(params, agent());
        long handshakeSeconds = settings.number("peertimeout", defaults.handshakeTimeoutMillis() / 1000);
        if (handshakeSeconds <= 0) {
            throw new UsageException("peertimeout must be a positive integer.");
        }
        return new PeerSettings(
                params,
                services(defaults.services()),
                defaults.userAgent(),
                listening.isOn(),
                settings.flag("blocksonly", false),
                isSmallNetwork(),
                mempool().minRelayFeerate().satoshisPerKvb(),
                Math.clamp(settings.number("maxorphantx", defaults.maxOrphans()), 0, Integer.MAX_VALUE),
                handshakeSeconds * 1000,
                settings.list("loglevel").contains("trace"));
    }

    private long services(long all) throws UsageException {
        long without =
                (settings.flag("v2transport", true) ? 0 : Services.P2P_V2) | (prune().enabled() ? Services.NETWORK : 0);
        long further = (settings.flag("peerbloomfilters", false) ? Services.BLOOM : 0)
                | (settings.flag("peerblockfilters", false) ? Services.COMPACT_FILTERS : 0);
        if ((further & Services.COMPACT_FILTERS) != 0 && !hasFilters()) {
            throw new UsageException("Cannot set -peerblockfilters without -blockfilterindex.");
        }
        return all & ~without | further;
    }

    private String agent() throws UsageException {
        List<String> comments = settings.list("uacomment");
        for (String comment : comments) {
            if (!comment.matches(AGENT_CHARACTERS)) {
                throw new UsageException("User Agent comment (" + comment + ") contains unsafe characters.");
            }
        }
        String agent =
                "/Starling:" + Version.TEXT + (comments.isEmpty() ? "" : "(" + String.join("; ", comments) + ")") + "/";
        if (agent.length() > MAX_AGENT_CHARACTERS) {
            throw new UsageException("Total length of network version string (" + agent.length()
                    + ") exceeds maximum length (" + MAX_AGENT_CHARACTERS
                    + "). Reduce the number or size of uacomments.");
        }
        return agent;
    }

    private BlockAssembler.Options mining() throws UsageException {
        BlockAssembler.Options defaults = BlockAssembler.Options.DEFAULT;
        int reserved = (int) settings.number("blockreservedweight", defaults.reservedWeight());
        if (reserved < BlockAssembler.MIN_RESERVED_WEIGHT || reserved > BlockRules.MAX_WEIGHT) {
            throw new UsageException("-blockreservedweight=" + reserved + " must be from "
                    + BlockAssembler.MIN_RESERVED_WEIGHT + " to " + BlockRules.MAX_WEIGHT + " weight units.");
        }
        return new BlockAssembler.Options(
                (int) settings.number("blockmaxweight", defaults.maxWeight()),
                reserved,
                feerate("blockmintxfee", defaults.minFeerate()),
                settings.isSet("blockversion") ? (Integer) (int) settings.number("blockversion", 0) : null);
    }

    /** Whether fee estimates are of use however old they are. */
    boolean takesOldFeeEstimates() throws UsageException {
        boolean old = settings.flag("acceptstalefeeestimates", false);
        if (old && params.type() != ChainType.REGTEST) {
            throw new UsageException("acceptstalefeeestimates is not supported on "
                    + params.type().label() + " chain.");
        }
        return old;
    }

    // Who names an address to listen on wants to listen, even if connections go out to chosen nodes only.
    private boolean isSmallNetwork() throws UsageException {
        boolean small = settings.flag("routableloopback", false);
        if (small && params.type() != ChainType.REGTEST) {
            throw new UsageException("-routableloopback is for regtest only");
        }
        return small;
    }

    private NodeConfig.Connections connections() throws UsageException {
        Map<NetAddress, String> names = new TreeMap<>();
        List<NetAddress> only = new ArrayList<>();
        boolean automatic = !settings.isNegated("connect");
        for (String name : settings.list("connect")) {
            if (name.equals("0")) {
                automatic = false;
            } else {
                only.add(peer("connect", name, names));
            }
        }
        List<NetAddress> added = new ArrayList<>();
        for (String name : settings.list("addnode")) {
            added.add(peer("addnode", name, names));
        }
        List<NetAddress> external = new ArrayList<>();
        for (String name : settings.list("externalip")) {
            external.add(address("externalip", name, listening.port()));
        }
        Routes routes = new ProxyOptions(settings).routes().withConnectMillis(connectMillis());
        return new NodeConfig.Connections(
                listening.endpoints(),
                only,
                added,
                automatic,
                external,
                Math.toIntExact(Math.clamp(settings.number("maxconnections", Limits.CONNECTIONS), 0, 1_000)),
                Limits.OUTBOUND_FULL_RELAY,
                Limits.OUTBOUND_BLOCK_RELAY,
                settings.flag("networkactive", true),
                new Routability(isSmallNetwork(), new AsMapOption(settings, directory).load()),
                new PermissionOptions(settings).permitted(),
                (settings.flag("dns", true) ? routes : routes.withoutLookUp()).withNames(names),
                settings.number("bantime", NodeConfig.DEFAULT_BAN_SECONDS),
                listening.listening());
    }

    /** What is wanted of a Tor on this machine; null for nothing. */
    TorControl.@Nullable Settings tor() throws UsageException {
        return listening.tor();
    }

    /** The address of {@code -bind=<addr>=onion}, to which only Tor connects; null if there is none. */
    @Nullable
    Endpoint onionEntrance() throws UsageException {
        return listening.onionEntrance();
    }

    /** As in Core, what is not above 0 stands for the usual time. */
    private long connectMillis() throws UsageException {
        long given = settings.number("timeout", Limits.CONNECT_TIMEOUT_MILLIS);
        return given > 0 ? Math.min(given, Integer.MAX_VALUE) : Limits.CONNECT_TIMEOUT_MILLIS;
    }

    /** A node to connect to; one that has a name is noted in {@code names}, to be looked up when it is connected to. */
    private NetAddress peer(String option, String text, Map<NetAddress, String> names) throws UsageException {
        NetAddress address = NetAddress.parse(text, params.p2pPort());
        if (address != null) {
            return new ProxyOptions(settings).routes().meant(address);
        }
        Bootstrap.Host host = SeedOptions.host(option, text, params.p2pPort());
        address = NetAddress.ofName(host.name(), host.port());
        names.put(address, host.name());
        return address;
    }

    private NetAddress address(String option, String text, int port) throws UsageException {
        NetAddress address = NetAddress.parse(text, port);
        if (address != null) {
            return address;
        }
        int colon = text.lastIndexOf(':');
        boolean withPort = colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}");
        try {
            if (settings.flag("dns", true) && !ProxyOptions.hasProxy(settings)) {
                byte[] ip = InetAddress.getByName(withPort ? text.substring(0, colon) : text)
                        .getAddress();
                return NetAddress.ofIp(Bytes.wrap(ip), withPort ? Integer.parseInt(text.substring(colon + 1)) : port);
            }
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new UsageException("Cannot resolve -" + option + " address: '" + text + "'");
        }
        throw new UsageException("Cannot resolve -" + option + " address: '" + text
                + (ProxyOptions.hasProxy(settings) ? "' (with -proxy no names are looked up)" : "'"));
    }
}
