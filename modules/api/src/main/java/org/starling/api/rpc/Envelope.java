package org.starling.api.rpc;

import io.helidon.http.Status;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What surrounds a call: the version of JSON-RPC and the id.
 *
 * @param modern 2.0; otherwise 1.0 or 1.1, whose errors are also HTTP errors
 * @param id null if there was none
 * @param fault what is wrong with the request itself, null if nothing
 */
record Envelope(
        boolean modern, @Nullable JsonNode id, @Nullable RpcException fault) {
    /** Of a request that is no JSON. */
    static final Envelope UNREADABLE = new Envelope(false, Json.nothing(), null);

    static Envelope of(JsonNode request) {
        if (!request.isObject()) {
            return new Envelope(false, null, bad("Invalid Request object"));
        }
        JsonNode id = request.get("id");
        JsonNode version = request.get("jsonrpc");
        if (version == null || version.isNull()) {
            return new Envelope(false, id, null);
        }
        if (!version.isString()) {
            return new Envelope(false, id, bad("jsonrpc field must be a string"));
        }
        return switch (version.stringValue()) {
            case "1.0" -> new Envelope(false, id, null);
            case "2.0" -> new Envelope(true, id, null);
            default -> new Envelope(false, id, bad("JSON-RPC version not supported"));
        };
    }

    String methodOf(JsonNode request) {
        if (fault != null) {
            throw fault;
        }
        JsonNode method = request.get("method");
        if (method == null || method.isNull()) {
            throw bad("Missing method");
        }
        if (!method.isString()) {
            throw bad("Method must be a string");
        }
        return method.stringValue();
    }

    static JsonNode parametersOf(JsonNode request) {
        JsonNode parameters = request.get("params");
        if (parameters == null || parameters.isNull()) {
            return Json.array();
        }
        if (!parameters.isContainer()) {
            throw bad("Params must be an array or object");
        }
        return parameters;
    }

    /** In 2.0 a call without an id wants no answer. */
    boolean isNotification() {
        return modern && id == null;
    }

    ObjectNode result(JsonNode result) {
        ObjectNode reply = Json.object();
        if (modern) {
            reply.put("jsonrpc", "2.0");
            reply.set("result", result);
        } else {
            reply.set("result", result);
            reply.putNull("error");
        }
        return withId(reply);
    }

    ObjectNode error(RpcException error) {
        ObjectNode reply = Json.object();
        if (modern) {
            reply.put("jsonrpc", "2.0");
        } else {
            reply.putNull("result");
        }
        reply.set("error", error.toJson());
        return withId(reply);
    }

    private ObjectNode withId(ObjectNode reply) {
        if (id != null) {
            reply.set("id", id);
        }
        return reply;
    }

    Status statusOf(RpcException error) {
        if (modern) {
            return Status.OK_200;
        }
        return switch (error.code()) {
            case RpcException.INVALID_REQUEST -> Status.BAD_REQUEST_400;
            case RpcException.METHOD_NOT_FOUND -> Status.NOT_FOUND_404;
            default -> Status.INTERNAL_SERVER_ERROR_500;
        };
    }

    private static RpcException bad(String message) {
        return new RpcException(RpcException.INVALID_REQUEST, message);
    }
}
