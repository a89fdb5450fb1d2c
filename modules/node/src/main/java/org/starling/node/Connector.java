package org.starling.node;

import java.util.TreeSet;
import java.util.function.Consumer;
import org.starling.bitcoin.PeerManager;
import org.starling.bytes.Bytes;
import org.starling.engine.AddressBook;
import org.starling.engine.AnchorFile;
import org.starling.engine.BanList;
import org.starling.engine.Bootstrap;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.KnownAddress;
import org.starling.engine.LinkTable;
import org.starling.engine.LogEvent;
import org.starling.engine.NetworkType;
import org.starling.world.Names;
import org.starling.world.Randomness;

/** What seeks and keeps the links that a node opens: whom to connect to, where to hear of such, who is gone back to. */
final class Connector {
    private static final String ANCHOR_FILE = "anchors.dat";

    private final ConnectionPolicy policy;
    private long seenChanges;
    private final Bootstrap bootstrap;
    private final PeerManager peers;
    private final World world;
    private final Bytes magic;

    /** The parts of a node that it works with. */
    record Parts(LinkTable links, AddressBook book, BanList bans, PeerManager peers, Consumer<LogEvent> log) {}

    Connector(NodeConfig config, World world, Parts parts, Randomness random) {
        this.world = world;
        this.peers = parts.peers;
        this.magic = config.chain().params().magic();
        policy = new ConnectionPolicy(
                config.connections().policy(),
                parts.links,
                parts.book,
                parts.bans,
                AnchorFile.take(world.files(), ANCHOR_FILE, magic, parts.log),
                random.child("connections"),
                parts.log);
        Names onCore = (name, answer) ->
                world.names().lookUp(name, found -> world.core().execute(() -> answer.accept(found)));
        parts.links.names(onCore);
        bootstrap = new Bootstrap(
                config.bootstrap(), parts.links, parts.book, onCore, random.child("bootstrap"), parts.log);
        describeMap(parts.book, parts.log);
    }

    /** Says how much of the address book the AS map knows: a stale map shows here. */
    private static void describeMap(AddressBook book, Consumer<LogEvent> log) {
        if (book.routability().asMap() == null) {
            return;
        }
        TreeSet<Long> systems = new TreeSet<>();
        int addresses = 0;
        int unmapped = 0;
        for (KnownAddress known : book.entries()) {
            NetworkType network = known.address().network();
            if (network == NetworkType.IPV4 || network == NetworkType.IPV6) {
                long as = book.routability().asOf(known.address());
                addresses++;
                unmapped += as == 0 ? 1 : 0;
                systems.add(as);
            }
        }
        systems.remove(0L);
        log.accept(LogEvent.info(
                "net",
                "ASMap Health Check: " + addresses + " clearnet peers are mapped to " + systems.size() + " ASNs with "
                        + unmapped + " peers being unmapped"));
    }

    ConnectionPolicy policy() {
        return policy;
    }

    /** Whether a link came, went or is wanted since the last {@link #tick}: it is due then, whatever it returned. */
    boolean hasChanged() {
        return policy.changes() != seenChanges;
    }

    /** Does what is due, and returns when something may be due again. */
    long tick(long now) {
        seenChanges = policy.changes();
        long next = Math.min(policy.tick(now), bootstrap.tick(now));
        return Math.min(next, peers.reviewOutbound(now, policy));
    }

    /** Remembers for the next start whom blocks come from now, before the links close. */
    void saveAnchors(Consumer<LogEvent> log) {
        if (policy.chooses()) {
            var anchors = policy.anchors();
            String what = "DumpAnchors: Flush " + anchors.size()
                    + " outbound block-relay-only peer addresses to anchors.dat ";
            byte[] content = AnchorFile.encode(anchors, magic).toArray();
            world.disk().execute(() -> {
                log.accept(LogEvent.info("net", what + "started"));
                world.files().replace(ANCHOR_FILE, content);
            });
        }
    }
}
