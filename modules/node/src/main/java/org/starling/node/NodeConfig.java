package org.starling.node;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.PeerSettings;
import org.starling.bitcoin.Services;
import org.starling.chain.ChainOptions;
import org.starling.consensus.ChainParams;
import org.starling.engine.Bootstrap;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.Defences;
import org.starling.engine.Limits;
import org.starling.engine.LinkKind;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.engine.Subnet;
import org.starling.mempool.BlockAssembler;
import org.starling.mempool.MempoolOptions;
import org.starling.world.Endpoint;

/**
 * What an operator decides about a node.
 *
 * @param mining how blocks are made here
 * @param bootstrap where the first addresses come from
 * @param maxTipAgeSeconds how old the tip may be before the node counts as synchronising ({@code -maxtipage})
 * @param maxUploadBytes most to send in a day ({@code -maxuploadtarget}); 0 for no limit
 * @param indexing which indexes follow the chain
 * @param defences against being cut off from the honest network: all of them, but in experiments
 */
public record NodeConfig(
        ChainOptions chain,
        MempoolOptions mempool,
        PeerSettings peers,
        Connections connections,
        BlockAssembler.Options mining,
        Bootstrap.Settings bootstrap,
        long maxTipAgeSeconds,
        long maxUploadBytes,
        Indexing indexing,
        Defences defences) {
    /** Core's default for {@code -maxtipage}. */
    public static final long DEFAULT_MAX_TIP_AGE_SECONDS = 24 * 60 * 60;

    /** Core's default for {@code -bantime}. */
    public static final long DEFAULT_BAN_SECONDS = 24 * 60 * 60;

    /**
     * Whom to connect to, and who may connect.
     *
     * @param listen addresses to take in links at; none for none
     * @param only connect to these and no others ({@code -connect}); empty for no such wish
     * @param added connect to these besides ({@code -addnode})
     * @param automatic whether addresses from the address book are connected to
     * @param external addresses at which others reach us
     * @param max links of all kinds
     * @param fullRelay links for everything that we open to addresses from the address book
     * @param blockRelay links for blocks only that we open to such
     * @param active whether networking is on at the start
     * @param permitted who has permissions; what several grant adds up
     * @param routes the proxies, and the networks in which nodes are chosen
     * @param banSeconds how long a ban holds unless its length is said ({@code -bantime})
     * @param listening what to make of the addresses to listen at
     */
    public record Connections(
            List<Endpoint> listen,
            List<NetAddress> only,
            List<NetAddress> added,
            boolean automatic,
            List<NetAddress> external,
            int max,
            int fullRelay,
            int blockRelay,
            boolean active,
            Routability routability,
            List<Permitted> permitted,
            Routes routes,
            long banSeconds,
            Listening listening) {
        /** With the usual length of bans, and nothing known of the machine's addresses. */
        public Connections(
                List<Endpoint> listen,
                List<NetAddress> only,
                List<NetAddress> added,
                boolean automatic,
                List<NetAddress> external,
                int max,
                int fullRelay,
                int blockRelay,
                boolean active,
                Routability routability,
                List<Permitted> permitted,
                Routes routes) {
            this(
                    listen,
                    only,
                    added,
                    automatic,
                    external,
                    max,
                    fullRelay,
                    blockRelay,
                    active,
                    routability,
                    permitted,
                    routes,
                    DEFAULT_BAN_SECONDS,
                    Listening.USUAL);
        }

        public Connections {
            listen = List.copyOf(listen);
            only = List.copyOf(only);
            added = List.copyOf(added);
            external = List.copyOf(external);
            permitted = List.copyOf(permitted);
        }

        /** Where others reach us, as far as it is known at the start: nowhere. */
        LocalAddresses localAddresses() {
            return new LocalAddresses(listening.discover, listening.port, routability);
        }

        /** What a link is permitted. */
        Set<Permission> permissionsOf(NetAddress remote, @Nullable NetAddress local, LinkKind kind) {
            EnumSet<Permission> granted = EnumSet.noneOf(Permission.class);
            for (Permitted candidate : permitted) {
                if (candidate.means(remote, local, kind)) {
                    granted.addAll(candidate.permissions());
                }
            }
            return granted;
        }

        /** Links of the kinds that we open by ourselves. */
        int outboundSlots() {
            return Math.min(max, fullRelay + blockRelay + Limits.FEELERS);
        }

        ConnectionPolicy.Settings policy() {
            int full = Math.min(max, fullRelay);
            return new ConnectionPolicy.Settings(
                    full,
                    Math.min(max - full, blockRelay),
                    only,
                    Services.NETWORK | Services.WITNESS,
                    Services.P2P_V2,
                    automatic);
        }

        /** No listening, nobody to connect to but those in the address book. */
        public static final Connections NONE = new Connections(
                List.of(),
                List.of(),
                List.of(),
                true,
                List.of(),
                Limits.CONNECTIONS,
                Limits.OUTBOUND_FULL_RELAY,
                Limits.OUTBOUND_BLOCK_RELAY,
                true,
                Routability.PUBLIC,
                List.of(),
                Routes.DIRECT);
    }

    /**
     * How others come in.
     *
     * @param anyAddress whether the addresses to listen at are wildcards, of which one will do
     * @param port that others connect to; 0 for the one that the system chooses
     * @param discover whether to find out our own addresses, beside those that the operator names ({@code -discover})
     * @param interfaces this machine's addresses
     * @param untold the addresses to listen at that nobody is told of: Tor's, and those of privileged peers
     * @param mapPort whether to ask this machine's gateways to pass connections on to us ({@code -natpmp})
     */
    public record Listening(
            boolean anyAddress,
            int port,
            boolean discover,
            List<NetAddress> interfaces,
            List<Endpoint> untold,
            boolean mapPort) {
        /** Our own addresses are those that we listen at, and what peers agree about. */
        public static final Listening USUAL = new Listening(false, 0, true, List.of(), List.of(), false);

        public Listening {
            interfaces = List.copyOf(interfaces);
            untold = List.copyOf(untold);
        }
    }

    /**
     * Which indexes follow the chain.
     *
     * @param transactions where each transaction stands ({@code -txindex})
     * @param filters the blocks' filters ({@code -blockfilterindex})
     * @param coinStatistics figures about the coins at each block ({@code -coinstatsindex})
     */
    public record Indexing(boolean transactions, boolean filters, boolean coinStatistics) {
        public static final Indexing NONE = new Indexing(false, false, false);
    }

    /** Permissions that the operator grants. */
    public sealed interface Permitted {
        Set<Permission> permissions();

        /**
         * Whether a link is meant.
         *
         * @param local the address of ours that an inbound link came to; null for others
         */
        boolean means(NetAddress remote, @Nullable NetAddress local, LinkKind kind);

        /**
         * To hosts in a subnet ({@code -whitelist}).
         *
         * @param inbound when they connect to us
         * @param outbound when the operator had us connect to them
         */
        record ToHosts(Subnet hosts, Set<Permission> permissions, boolean inbound, boolean outbound)
                implements Permitted {
            @Override
            public boolean means(NetAddress remote, @Nullable NetAddress local, LinkKind kind) {
                boolean direction = kind.isInbound() ? inbound : outbound && kind == LinkKind.MANUAL;
                return direction && hosts.contains(remote);
            }
        }

        /** To all that come to one of our addresses ({@code -whitebind}). */
        record ToEntrance(Endpoint entrance, Set<Permission> permissions) implements Permitted {
            @Override
            public boolean means(NetAddress remote, @Nullable NetAddress local, LinkKind kind) {
                return local != null && kind.isInbound() && local.equals(NetAddress.of(entrance));
            }
        }
    }

    /** A node with Core's defaults that listens nowhere and asks no seeds. */
    public static NodeConfig of(ChainParams params, String userAgent) {
        return new NodeConfig(
                new ChainOptions(params),
                MempoolOptions.DEFAULT,
                PeerSettings.of(params, userAgent),
                Connections.NONE,
                BlockAssembler.Options.DEFAULT,
                Bootstrap.Settings.NONE,
                DEFAULT_MAX_TIP_AGE_SECONDS,
                0,
                Indexing.NONE,
                Defences.ALL);
    }

    public NodeConfig withConnections(Connections changed) {
        return new NodeConfig(
                chain,
                mempool,
                peers,
                changed,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                defences);
    }

    public NodeConfig withChain(ChainOptions changed) {
        return new NodeConfig(
                changed,
                mempool,
                peers,
                connections,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                defences);
    }

    public NodeConfig withMempool(MempoolOptions changed) {
        return new NodeConfig(
                chain,
                changed,
                peers,
                connections,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                defences);
    }

    public NodeConfig withPeers(PeerSettings changed) {
        return new NodeConfig(
                chain,
                mempool,
                changed,
                connections,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                defences);
    }

    public NodeConfig withBootstrap(Bootstrap.Settings changed) {
        return new NodeConfig(
                chain,
                mempool,
                peers,
                connections,
                mining,
                changed,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                defences);
    }

    public NodeConfig withIndexing(Indexing changed) {
        return new NodeConfig(
                chain,
                mempool,
                peers,
                connections,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                changed,
                defences);
    }

    public NodeConfig withDefences(Defences changed) {
        return new NodeConfig(
                chain,
                mempool,
                peers,
                connections,
                mining,
                bootstrap,
                maxTipAgeSeconds,
                maxUploadBytes,
                indexing,
                changed);
    }
}
