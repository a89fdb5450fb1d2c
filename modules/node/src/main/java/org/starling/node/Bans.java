package org.starling.node;

import java.util.Map;
import org.starling.engine.BanFile;
import org.starling.engine.BanList;
import org.starling.engine.NetAddress;
import org.starling.engine.Subnet;

/** Whom the operator banned; written down at each change. Safe to use from any thread but where said otherwise. */
public final class Bans {
    static final String FILE = "banlist.json";

    private final Node node;
    private final BanList list;
    private final World world;

    Bans(Node node, BanList list, World world) {
        this.node = node;
        this.list = list;
        this.world = world;
    }

    /** Those bans that hold now, with their times. */
    public Map<Subnet, BanList.Ban> current() {
        return node.core(() -> list.bans(node.clock().seconds()));
    }

    /**
     * Bans the hosts in the subnet and closes their links.
     *
     * @return false if they were banned already
     */
    public boolean ban(Subnet subnet, long untilSeconds) {
        return node.core(() -> {
            long now = node.clock().seconds();
            Map<Subnet, BanList.Ban> known = list.bans(now);
            boolean single = subnet.equals(Subnet.of(subnet.address()));
            if (known.containsKey(subnet) || single && list.isBanned(now, subnet.address())) {
                return false;
            }
            list.ban(subnet, new BanList.Ban(now, untilSeconds));
            node.links()
                    .links(link -> subnet.contains(link.remote()))
                    .forEach(link -> node.links().close(node.clock().millis(), link, "banned"));
            save();
            return true;
        });
    }

    /** Lifts the ban of exactly that subnet; false if it has none. */
    public boolean lift(Subnet subnet) {
        return node.core(() -> {
            boolean lifted = list.lift(subnet);
            save();
            return lifted;
        });
    }

    public void liftAll() {
        node.core(() -> {
            list.liftAll();
            save();
            return true;
        });
    }

    /** Whether that host is banned, or misbehaved towards us. On the core lane only. */
    public boolean shuns(NetAddress host) {
        return list.shuns(node.clock().seconds(), host);
    }

    /** For the core lane. */
    void save() {
        byte[] content = BanFile.encode(list, node.clock().seconds());
        world.disk().execute(() -> world.files().replace(FILE, content));
    }
}
