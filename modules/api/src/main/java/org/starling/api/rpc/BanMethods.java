package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.engine.Subnet;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Methods by which the operator bans hosts. */
final class BanMethods {
    private BanMethods() {}

    static List<RpcMethod> all() {
        String category = "network";
        return List.of(
                RpcMethod.of(
                        "setban",
                        category,
                        "Bans the hosts of a subnet, whose links close, or lifts such a ban.",
                        BanMethods::setBan,
                        required("subnet", TEXT, "an address, or a subnet as 1.2.3.0/24"),
                        required("command", TEXT, "add or remove"),
                        optional("bantime", NUMBER, "length in seconds, or the end if absolute; 0 is -bantime"),
                        optional("absolute", FLAG, "whether bantime is the end, in seconds since 1970")),
                RpcMethod.of(
                        "listbanned",
                        category,
                        "The bans that hold, by subnet with their times.",
                        BanMethods::listBanned),
                RpcMethod.of("clearbanned", category, "Lifts all bans.", BanMethods::clearBanned));
    }

    private static JsonNode setBan(Call call) {
        String command = call.text("command");
        boolean add = command.equals("add");
        if (!add && !command.equals("remove")) {
            RpcMethod method = call.server().table().find("setban");
            throw new RpcException(RpcException.MISC_ERROR, method == null ? command : method.manual());
        }
        @Nullable Subnet subnet = Subnet.parse(call.text("subnet"));
        if (subnet == null) {
            throw new RpcException(RpcException.CLIENT_INVALID_IP_OR_SUBNET, "Error: Invalid IP/Subnet");
        }
        Node node = call.node();
        if (add) {
            if (!node.bans().ban(subnet, until(call))) {
                throw new RpcException(RpcException.CLIENT_NODE_ALREADY_ADDED, "Error: IP/Subnet already banned");
            }
        } else if (!node.bans().lift(subnet)) {
            throw new RpcException(
                    RpcException.CLIENT_INVALID_IP_OR_SUBNET,
                    "Error: Unban failed. Requested address/subnet was not previously manually banned.");
        }
        return Json.nothing();
    }

    private static long until(Call call) {
        Node node = call.node();
        long now = node.clock().seconds();
        long given = call.number("bantime", 0);
        if (call.flag("absolute", false)) {
            if (given < now) {
                throw new RpcException(RpcException.INVALID_PARAMETER, "Error: Absolute timestamp is in the past");
            }
            return given;
        }
        return now + (given > 0 ? given : node.config().connections().banSeconds());
    }

    private static JsonNode listBanned(Call call) {
        Node node = call.node();
        long now = node.clock().seconds();
        ArrayNode all = Json.array();
        node.bans()
                .current()
                .forEach((subnet, ban) -> all.add(Json.object()
                        .put("address", subnet.toString())
                        .put("ban_created", ban.createdSeconds())
                        .put("banned_until", ban.untilSeconds())
                        .put("ban_duration", ban.untilSeconds() - ban.createdSeconds())
                        .put("time_remaining", ban.untilSeconds() - now)));
        return all;
    }

    private static JsonNode clearBanned(Call call) {
        call.node().bans().liftAll();
        return Json.nothing();
    }
}
