package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.starling.engine.BanList.Ban;
import org.starling.world.FileStore;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The operator's bans as a file in the form that Bitcoin Core uses, {@code banlist.json}. */
public final class BanFile {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int VERSION = 1;

    private BanFile() {}

    /** Reads the bans; none if there is no file. A damaged one is kept as {@code <path>.damaged}, and said so in the log. */
    public static BanList load(FileStore files, String path, Consumer<LogEvent> log) {
        BanList list = new BanList();
        byte[] content = files.read(path);
        if (content == null) {
            log.accept(LogEvent.info("net", "Recreating the banlist database"));
            return list;
        }
        try {
            list.restore(decode(content));
        } catch (JacksonException | IllegalArgumentException e) {
            files.replace(path + ".damaged", content);
            files.delete(path);
            log.accept(LogEvent.warning(
                    "net",
                    path + " is damaged (" + e.getMessage() + "); it was set aside as " + path
                            + ".damaged, and nobody is banned"));
        }
        return list;
    }

    private static List<Map.Entry<Subnet, Ban>> decode(byte[] content) {
        List<Map.Entry<Subnet, Ban>> bans = new ArrayList<>();
        for (JsonNode one : JSON.readTree(content).required("banned_nets")) {
            Subnet subnet = Subnet.parse(one.required("address").asString());
            // One of a later version or an unknown network is somebody else's to understand.
            if (subnet != null && one.required("version").asInt() == VERSION) {
                long created = one.required("ban_created").asLong();
                bans.add(Map.entry(
                        subnet, new Ban(created, one.required("banned_until").asLong())));
            }
        }
        return bans;
    }

    /** The file's content for the bans that hold now. */
    public static byte[] encode(BanList list, long nowSeconds) {
        ArrayNode bans = JSON.createArrayNode();
        list.bans(nowSeconds)
                .forEach((subnet, ban) -> bans.addObject()
                        .put("version", VERSION)
                        .put("ban_created", ban.createdSeconds())
                        .put("banned_until", ban.untilSeconds())
                        .put("address", subnet.toString()));
        return JSON.writeValueAsBytes(JSON.createObjectNode().set("banned_nets", bans));
    }
}
