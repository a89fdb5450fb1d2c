package org.starling.app;

import static org.starling.app.Option.Trait.NEEDS_VALUE;
import static org.starling.app.Option.Trait.NETWORK_ONLY;
import static org.starling.app.Option.Trait.NOT_NEGATED;
import static org.starling.app.Option.Trait.SECRET;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options that a command knows, in the order of its help. */
final class Options {
    private final Map<String, Option> byName = new LinkedHashMap<>();
    private String group = "";

    private Options() {}

    @Nullable
    Option find(String name) {
        return byName.get(name);
    }

    Collection<Option> all() {
        return byName.values();
    }

    /** The help text: each group with its options, those without effect left out. */
    String help() {
        StringBuilder text = new StringBuilder();
        String heading = "";
        for (Option option : byName.values()) {
            if (option.isUnlisted()) {
                continue;
            }
            if (!option.group().equals(heading)) {
                heading = option.group();
                text.append('\n').append(heading).append(":\n");
            }
            String usage = "  -" + option.name() + (option.value().isEmpty() ? "" : "=" + option.value());
            text.append(String.format(Locale.ROOT, "%-34s ", usage));
            if (usage.length() > 34) {
                text.append('\n').append(" ".repeat(35));
            }
            text.append(option.help()).append('\n');
        }
        return text.toString();
    }

    void group(String heading) {
        group = heading;
    }

    void add(String name, String value, String help, Option.Trait... traits) {
        byName.put(name, new Option(name, value, group, help, List.of(traits)));
    }

    private void refuse(String name, String reason) {
        byName.putIfAbsent(name, new Option(name, "", Option.REFUSED, reason, List.of()));
    }

    private void accept(String as, String names) {
        for (String name : names.strip().split("\\s+")) {
            byName.putIfAbsent(name, new Option(name, "", as, "", List.of()));
        }
    }

    private void chainOptions() {
        group("Chain");
        add("chain", "<chain>", "main (default), test, testnet4, signet or regtest");
        add("regtest", "", "same as -chain=regtest: a private chain where blocks are made at will");
        add("signet", "", "same as -chain=signet");
        add("testnet", "", "same as -chain=test");
        add("testnet4", "", "same as -chain=testnet4");
    }

    /** What a running node takes. */
    static Options ofNode() {
        Options options = new Options();
        options.group("General");
        options.add("conf", "<file>", "configuration file, relative to the data directory (default: bitcoin.conf)");
        options.add("datadir", "<dir>", "data directory (default: ~/.starling)", NOT_NEGATED);
        options.add("includeconf", "<file>", "a further configuration file; only inside a configuration file");
        options.add("pid", "<file>", "file that holds the process id (default: bitcoind.pid)");
        options.add("help", "", "print this text (also -h, -?)");
        options.add("version", "", "print the version");
        options.add("daemon", "", "run in the background (default: 0)");
        options.add("daemonwait", "", "the same, and return when the node can be asked (default: 0)");
        options.add("shrinkdebugfile", "", "keep only the end of a long log at the start (default: 1, 0 with -debug)");
        options.add("startupnotify", "<command>", "run this once the node is up");
        options.add("shutdownnotify", "<command>", "run this when the node stops");
        options.add("blocknotify", "<command>", "run this for each new best block, %s being its hash");
        options.add("alertnotify", "<command>", "run this for each new warning, %s being its text");
        options.add(
                "walletnotify",
                "<command>",
                "run this for each payment of a wallet that comes up, confirms or is ruled out: %s is its id, %w the wallet, %b"
                        + " the block's hash, %h its height");
        options.chainOptions();
        options.add("signetseednode", "<host>", "a name that resolves to nodes of that signet");
        options.add("signetchallenge", "<hex>", "script that signs the blocks of a signet of your own", NEEDS_VALUE);
        options.add("testactivationheight", "<name>@<height>", "regtest: height of bip34, dersig, cltv, csv or segwit");
        options.add("vbparams", "<deployment>:<start>:<end>[:<height>]", "regtest: times of a version bits deployment");
        options.group("Validation and storage");
        options.add("assumevalid", "<hash>", "skip script checks of the ancestors of this block; 0 checks all");
        options.add("minimumchainwork", "<hex>", "least work of a chain to synchronise with");
        options.add("blocksdir", "<dir>", "where the block files are kept (default: the data directory)");
        options.add("blocksxor", "", "obfuscate the block files (default: 1)");
        options.add("checkblocks", "<n>", "check so many of the last blocks at the start; 0 is all (default: 6)");
        options.add("checklevel", "<n>", "how thoroughly -checkblocks does it, 0 to 4 (default: 3)");
        options.add("dbcache", "<MiB>", "memory for the coins cache (default: 450)");
        options.add("loadblock", "<file>", "import a block file at start");
        options.add(
                "par", "<n>", "threads for script checks; 0 is all cores, negative leaves that many free (default: 0)");
        options.add(
                "prune", "<n>", "0 keeps all blocks, 1 prunes by RPC, 550 and more is a target in MiB (default: 0)");
        options.add("reindex", "", "rebuild the chain from the block files");
        options.add("reindex-chainstate", "", "rebuild the coins from the blocks");
        options.add("txindex", "", "find any transaction by its id (default: 0)");
        options.add("blockfilterindex", "<type>", "keep a filter of each block (BIP-0158): basic, or 1 (default: 0)");
        options.add("coinstatsindex", "", "keep figures about the coins at each block (default: 0)");
        options.add("stopatheight", "<n>", "stop when the chain has reached this height (default: 0, never)");
        options.group("Connections");
        options.add("asmap", "<file>", "which addresses belong to one operator, in Core's form (default: ip_asn.map)");
        options.add("addnode", "<host>", "connect to this node and keep trying", NETWORK_ONLY);
        options.add("bind", "<addr>[:<port>][=onion]", "listen on this address", NETWORK_ONLY);
        options.add("connect", "<host>", "connect only to these nodes; -noconnect to none", NETWORK_ONLY);
        options.add("listen", "", "accept connections (default: 1, 0 with -connect)");
        options.add("port", "<port>", "listen on this port (default: the chain's)", NETWORK_ONLY);
        options.add("dns", "", "allow name lookups for -addnode and -connect (default: 1)");
        options.add("dnsseed", "", "ask names for nodes when addresses run short (default: 1, 0 with -connect)");
        options.add("forcednsseed", "", "ask those names always (default: 0)");
        options.add("fixedseeds", "", "use the list of nodes that came with the program at last (default: 1)");
        options.add("seednode", "<host>[:<port>]", "ask this node for addresses, then leave it", NETWORK_ONLY);
        options.add("externalip", "<ip>", "the node's public address");
        options.add(
                "discover",
                "",
                "find out our own addresses (default: 1 while listening, without -externalip and -proxy)");
        options.add("natpmp", "", "have the gateway pass connections on to us, by PCP or NAT-PMP (default: 0)");
        options.add("maxconnections", "<n>", "most links kept (default: 125)");
        options.add("networkactive", "", "start with networking on (default: 1)");
        options.add("bantime", "<seconds>", "length of a ban unless setban says otherwise (default: 86400)");
        options.add(
                "peerblockfilters",
                "",
                "serve the blocks' filters to peers (BIP-0157); needs -blockfilterindex (default: 0)");
        options.add("peerbloomfilters", "", "filter transactions and blocks for peers (BIP-0037, default: 0)");
        options.add("timeout", "<ms>", "wait so long for a node to take a connection (default: 5000)");
        options.add("peertimeout", "<seconds>", "wait for a peer's handshake and pings (default: 60)");
        options.add("proxy", "<ip>[:<port>]|unix:<path>", "connect through this SOCKS5 proxy; turns -listen off");
        options.add(
                "onion", "<ip>[:<port>]|unix:<path>", "SOCKS5 proxy for onion addresses (default: -proxy); 0 for none");
        options.add(
                "proxyrandomize",
                "",
                "other credentials for each link by a proxy, so Tor keeps them apart (default: 1)");
        options.add("onlynet", "<network>", "choose nodes in this network only: ipv4, ipv6, onion or cjdns");
        options.add("cjdnsreachable", "", "this machine is part of CJDNS, so choose nodes there too (default: 0)");
        options.add(
                "listenonion", "", "be reached by an onion service, if a Tor is here (default: 1, 0 without -listen)");
        options.add("torcontrol", "<ip>[:<port>]", "where Tor's control port is (default: 127.0.0.1:9051)");
        options.add("torpassword", "<pw>", "password of Tor's control port", SECRET);
        options.add("v2transport", "", "encrypt links to peers that can (BIP-0324, default: 1)");
        options.add("whitelist", "<[permissions@]ip or network>", "give peers from there permissions");
        options.add("whitebind", "<[permissions@]addr:port>", "listen there and give peers that come permissions");
        options.add("whitelistrelay", "", "with -whitelist without permissions: take their transactions (default: 1)");
        options.add("whitelistforcerelay", "", "with such: pass on even what we had already (default: 0)");
        options.add(
                "maxuploadtarget",
                "<n>",
                "most MiB to send in a day; k, M, g... to say the unit (default: 0, no limit)");
        options.add("uacomment", "<text>", "comment in the user agent");
        options.add("blocksonly", "", "do not take part in passing on transactions (default: 0)");
        options.add("routableloopback", "", "regtest: pass on loopback addresses, distinct by port (default: 0)");
        options.group("Mempool and relay");
        options.add("acceptnonstdtxn", "", "test chains: take non-standard transactions (default: 0)");
        options.add("maxmempool", "<MB>", "memory for unconfirmed transactions (default: 300)");
        options.add("mempoolexpiry", "<hours>", "forget unconfirmed transactions after that time (default: 336)");
        options.add("minrelaytxfee", "<BTC/kvB>", "least fee rate to relay (default: 0.00001)");
        options.add("incrementalrelayfee", "<BTC/kvB>", "price of relay for replacement (default: 0.00001)");
        options.add("dustrelayfee", "<BTC/kvB>", "fee rate that defines dust (default: 0.00003)");
        options.add(
                "ephemeraldust",
                "",
                "relay one output of dust on a transaction without fee if its children spend it; no option of Bitcoin"
                        + " Core, which does so from release 29 on (default: 0)");
        options.add("datacarrier", "", "relay OP_RETURN outputs (default: 1)");
        options.add("datacarriersize", "<n>", "largest OP_RETURN script (default: 83)");
        options.add("bytespersigop", "<n>", "bytes that a signature operation counts for (default: 20)");
        options.add("permitbaremultisig", "", "relay bare multisig outputs (default: 1)");
        options.add("persistmempool", "", "keep the mempool over a restart (default: 1)");
        options.add("acceptstalefeeestimates", "", "regtest: use fee estimates however old they are (default: 0)");
        options.add("maxorphantx", "<n>", "transactions kept whose parents are not known (default: 100)");
        options.add("limitancestorcount", "<n>", "longest unconfirmed ancestry (default: 25)");
        options.add("limitancestorsize", "<kvB>", "largest unconfirmed ancestry (default: 101)");
        options.add("limitdescendantcount", "<n>", "most unconfirmed descendants (default: 25)");
        options.add("limitdescendantsize", "<kvB>", "largest unconfirmed offspring (default: 101)");
        options.group("Wallet");
        options.add("disablewallet", "", "have no wallets (default: 0)");
        options.add("wallet", "<name>", "load this wallet at start", NETWORK_ONLY);
        options.add("walletdir", "<dir>", "where the wallets are (default: wallets in the chain's directory)");
        options.add(
                "addresstype", "<type>", "legacy, p2sh-segwit, bech32 or bech32m (default: bech32m; by RPC bech32)");
        options.add("changetype", "<type>", "the same for change (default: one that does not stand out)");
        options.add("keypool", "<n>", "addresses watched behind the last used one (default: 1000)");
        options.add("avoidpartialspends", "", "spend all coins of an address together (default: 0)");
        options.add(
                "maxapsfee",
                "<BTC>",
                "what a payment may cost more if all coins of an address are then spent together, -1 not to try"
                        + " (default: 0)");
        options.add("spendzeroconfchange", "", "spend change before it confirms (default: 1)");
        options.add("walletrbf", "", "payments signal that they may be replaced (default: 1)");
        options.add("walletbroadcast", "", "send payments to the network (default: 1)");
        options.add(
                "walletrejectlongchains",
                "",
                "refuse payments that the mempool would find too long a chain (default: 1)");
        options.add("txconfirmtarget", "<n>", "blocks within which a payment is to confirm (default: 6)");
        options.add("fallbackfee", "<BTC/kvB>", "fee rate where none can be estimated (default: 0, refuse then)");
        options.add("mintxfee", "<BTC/kvB>", "least fee rate that is paid (default: 0.00001)");
        options.add("paytxfee", "<BTC/kvB>", "fee rate that is paid if nothing else is said (default: 0, estimate)");
        options.add(
                "discardfee", "<BTC/kvB>", "give change away that costs more to spend at this rate (default: 0.0001)");
        options.add("consolidatefeerate", "<BTC/kvB>", "gather coins at this rate and below (default: 0.0001)");
        options.add("maxtxfee", "<BTC>", "the most that a payment may cost (default: 0.1)");
        options.add("unsafesqlitesync", "", "tests: do not wait for the disk when a wallet is written (default: 0)");
        options.group("Mining");
        options.add("blockmaxweight", "<n>", "weight of blocks made here (default: 3996000)");
        options.add("blockreservedweight", "<n>", "of it kept free for header and coinbase (default: 4000)");
        options.add("blockmintxfee", "<BTC/kvB>", "least fee rate in blocks made here (default: 0.00001)");
        options.add("blockversion", "<n>", "regtest: version of blocks made here");
        options.add("mocktime", "<seconds>", "regtest: pretend that this is the time");
        options.group("RPC");
        options.add("server", "", "answer JSON-RPC (default: 1)");
        options.add(
                "metrics", "", "give figures for Prometheus to whoever asks for /metrics at the RPC port (default: 0)");
        options.add("rest", "", "give public data of chain and mempool to whoever asks at the RPC port (default: 0)");
        options.add("rpcport", "<port>", "port of JSON-RPC (default: the chain's)", NETWORK_ONLY);
        options.add("rpcbind", "<addr>[:port]", "listen there for JSON-RPC (default: 127.0.0.1)", NETWORK_ONLY);
        options.add("rpcallowip", "<ip>", "answer callers from there, not only from this machine");
        options.add("rpcuser", "<user>", "user name instead of the cookie's", SECRET);
        options.add("rpcpassword", "<pw>", "password instead of the cookie's", SECRET);
        options.add("rpcauth", "<user>:<salt>$<hmac>", "further user, with a salted hash of the password", SECRET);
        options.add("rpccookiefile", "<file>", "where the cookie is written (default: .cookie)");
        options.add("rpccookieperms", "<owner|group|all>", "who may read the cookie (default: owner)");
        options.add("rpcservertimeout", "<seconds>", "close an idle connection after that time (default: 30)");
        options.add("rpcthreads", "<n>", "calls carried out at once (default: 16)");
        options.add("rpcworkqueue", "<n>", "calls that wait for their turn (default: 64)");
        options.add("rpcwhitelist", "<user>:<methods>", "the only methods that this user may call");
        options.add("rpcwhitelistdefault", "", "users not named so may call nothing (default: 1 with -rpcwhitelist)");
        options.group("Live page");
        options.add("web", "", "serve the live page (default: 1)");
        options.add("webport", "<port>", "port of the live page on 127.0.0.1 (default: any free one)", NETWORK_ONLY);
        options.group("Log");
        options.add("debug", "<category>", "log more: net, mempool, rpc, validation, ...; 1 is everything");
        options.add("debugexclude", "<category>", "leave a category out");
        options.add("debuglogfile", "<file>", "log file (default: debug.log); -nodebuglogfile for none");
        options.add("loglevel", "<level>", "trace, debug or info");
        options.add("logtimestamps", "", "begin lines with the time (default: 1)");
        options.add("logtimemicros", "", "times with microseconds (default: 0)");
        options.add("logthreadnames", "", "name the thread in each line (default: 0)");
        options.add("logsourcelocations", "", "name the class in each line (default: 0)");
        options.add("printtoconsole", "", "print the log (default: 1 unless it goes to a file)");
        ZmqOptions.addTo(options);
        options.acceptOthers();
        return options;
    }

    /** What the command line client takes. */
    static Options ofClient() {
        Options options = new Options();
        options.group("Options");
        options.add("conf", "<file>", "configuration file, relative to the data directory (default: bitcoin.conf)");
        options.add("datadir", "<dir>", "data directory of the node (default: ~/.starling)", NOT_NEGATED);
        options.add("generate", "", "mine a block, or as many as an argument says, to a new address of the wallet");
        options.add("getinfo", "", "print the most important figures of the node");
        options.add("named", "", "arguments are name=value");
        options.add("rpcconnect", "<ip>", "where the node answers (default: 127.0.0.1)");
        options.add("rpcport", "<port>", "its port (default: the chain's)", NETWORK_ONLY);
        options.add("rpcuser", "<user>", "user name, if not the cookie's");
        options.add("rpcpassword", "<pw>", "password, if not the cookie's");
        options.add("rpccookiefile", "<file>", "the cookie (default: .cookie of the chain)");
        options.add("rpcwait", "", "wait for the node to come up");
        options.add("rpcwaittimeout", "<seconds>", "at most that long (default: 0, forever)");
        options.add("rpcclienttimeout", "<seconds>", "wait that long for an answer (default: 900, 0 forever)");
        options.add("rpcwallet", "<name>", "ask that wallet");
        options.add("stdin", "", "read further arguments from standard input, one a line");
        options.add("stdinrpcpass", "", "read the password from standard input");
        options.add("help", "", "print this text (also -h, -?)");
        options.add("version", "", "print the version");
        options.chainOptions();
        options.accept(Option.ACCEPTED, "signetchallenge color");
        options.refuse("netinfo", "ask for getpeerinfo and getnetworkinfo");
        options.refuse("addrinfo", "ask for getaddrmaninfo");
        options.refuse("stdinwalletpassphrase", "use ./starling wallet, or -stdin walletpassphrase");
        return options;
    }

    // Options for tests, and those of Bitcoin Core for things that this node does not have yet.
    private void acceptOthers() {
        refuse("capturemessages", "messages are not captured here");
        refuse("i2pacceptincoming", "there is no I2P here; Tor there is (-listenonion)");
        refuse("i2psam", "there is no I2P here; Tor there is (-onion, -torcontrol)");
        refuse("persistmempoolv1", "mempool.dat is written in the present format only, and read in both");
        refuse("signer", "external signers are not asked; give them PSBTs (walletcreatefundedpsbt)");
        refuse("txreconciliation", "there is no BIP-0330 here");
        refuse("upnp", "there is no UPnP here; gateways are asked by PCP or NAT-PMP (-natpmp)");
        accept(Option.HIDDEN, "fastprune mempoolfullrbf maxtipage signetblocktime");
        accept(Option.ACCEPTED, """
                allowignoredconf blockreconstructionextratxn checkaddrman checkblockindex checkmempool checkpoints
                choosedatadir dbbatchsize dbcrashratio dblogsize deprecatedrpc flushwallet forcecompactdb help-debug lang
                logips loglevelalways maxreceivebuffer maxsendbuffer maxsigcachesize min printpriority privdb
                resetguisettings rpcdoccheck settings splash stopafterblockimport swapbdbendian test uiplatform
                walletcrosschain
                """);
    }
}
