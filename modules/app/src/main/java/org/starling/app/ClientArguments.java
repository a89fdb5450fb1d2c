package org.starling.app;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.Parameter;
import org.starling.api.rpc.RpcException;
import org.starling.api.rpc.RpcMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes JSON of the words of a command line: text where the method wants text, JSON elsewhere. */
final class ClientArguments {
    private final @Nullable RpcMethod method;

    /** Null for a method that this client does not know: all its arguments are texts. */
    ClientArguments(@Nullable RpcMethod method) {
        this.method = method;
    }

    ArrayNode byPosition(List<String> words) throws UsageException {
        ArrayNode arguments = Json.array();
        for (int i = 0; i < words.size(); i++) {
            boolean known = method != null && i < method.parameters().size();
            arguments.add(convert(
                    words.get(i), known && method != null ? method.parameters().get(i) : null));
        }
        return arguments;
    }

    /** Words {@code name=value}; others are by position. */
    ObjectNode byName(List<String> words) throws UsageException {
        ObjectNode arguments = Json.object();
        ArrayNode positional = Json.array();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                int position = positional.size();
                boolean known = method != null && position < method.parameters().size();
                positional.add(convert(
                        word, known && method != null ? method.parameters().get(position) : null));
            } else {
                String name = word.substring(0, equals);
                arguments.set(name, convertNamed(name, word.substring(equals + 1)));
            }
        }
        if (!positional.isEmpty()) {
            if (arguments.has("args")) {
                throw new RpcException(RpcException.INVALID_PARAMETER, "Parameter args specified multiple times");
            }
            arguments.set("args", positional);
        }
        return arguments;
    }

    private JsonNode convertNamed(String name, String word) throws UsageException {
        if (method != null) {
            for (Parameter parameter : method.parameters()) {
                if (parameter.names().contains(name)) {
                    return convert(word, parameter);
                }
                if (parameter.options().contains(name)) {
                    return optionValue(word);
                }
            }
        }
        return Json.text(word);
    }

    // A field of an options object: JSON if it reads as such, else a text.
    private static JsonNode optionValue(String word) {
        try {
            return Json.parse(word.getBytes(StandardCharsets.UTF_8));
        } catch (RpcException e) {
            return Json.text(word);
        }
    }

    private static JsonNode convert(String word, @Nullable Parameter parameter) throws UsageException {
        if (parameter == null || parameter.type().isText()) {
            return Json.text(word);
        }
        try {
            return Json.parse(word.getBytes(StandardCharsets.UTF_8));
        } catch (RpcException e) {
            if (parameter.type() == Parameter.Type.ANY || parameter.type() == Parameter.Type.AMOUNT) {
                return Json.text(word);
            }
            throw new UsageException("Error parsing JSON: " + word);
        }
    }
}
