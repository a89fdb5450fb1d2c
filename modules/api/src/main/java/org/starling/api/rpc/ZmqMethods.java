package org.starling.api.rpc;

import java.util.List;
import org.starling.api.zmq.Publication;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** What is published by ZeroMQ. */
final class ZmqMethods {
    private ZmqMethods() {}

    static List<RpcMethod> all() {
        return List.of(RpcMethod.of(
                "getzmqnotifications",
                "zmq",
                "What is published by ZeroMQ, and where.",
                ZmqMethods::getZmqNotifications));
    }

    private static JsonNode getZmqNotifications(Call call) {
        ArrayNode list = Json.array();
        for (Publication publication : call.server().host().publications()) {
            list.add(Json.object()
                    .put("type", "pub" + publication.topic().label())
                    .put("address", publication.address())
                    .put("hwm", publication.highWaterMark()));
        }
        return list;
    }
}
