package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lays out the arguments of a call in the order of the method's parameters, and checks their number and types. */
final class Invocation {
    private Invocation() {}

    /** The arguments by position. {@code given} is an array or an object. */
    static List<JsonNode> arguments(RpcMethod method, JsonNode given) {
        List<JsonNode> arguments = given.isArray() ? new ArrayList<>(given.values()) : named(method, given);
        List<Parameter> parameters = method.parameters();
        long required = 0;
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).required()) {
                required = i + 1;
            }
        }
        if (arguments.size() < required || arguments.size() > parameters.size()) {
            throw new RpcException(RpcException.MISC_ERROR, method.manual());
        }
        checkTypes(parameters, arguments);
        return arguments;
    }

    private static void checkTypes(List<Parameter> parameters, List<JsonNode> arguments) {
        ObjectNode wrong = Json.object();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            JsonNode value = i < arguments.size() ? arguments.get(i) : Json.nothing();
            String expected = parameter.type().json();
            if (expected.isEmpty() || value.isNull() && !parameter.required()) {
                continue;
            }
            String type = Json.typeName(value);
            if (!type.equals(expected)) {
                wrong.put(
                        "Position " + (i + 1) + " (" + String.join("|", parameter.names()) + ")",
                        "JSON value of type " + type + " is not of expected type " + expected);
            }
        }
        if (!wrong.isEmpty()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Wrong type passed:\n" + Json.indented(wrong, 4));
        }
    }

    // Named arguments; those in an array named "args" are by position and come first.
    private static List<JsonNode> named(RpcMethod method, JsonNode given) {
        Map<String, JsonNode> open = new LinkedHashMap<>();
        given.forEachEntry(open::put);
        List<@Nullable JsonNode> placed = new ArrayList<>();
        String firstNamed = "";
        int firstIndex = -1;
        for (Parameter parameter : method.parameters()) {
            JsonNode value = takeNamed(parameter, open);
            if (value != null && firstIndex < 0) {
                firstIndex = placed.size();
                firstNamed = String.join("|", parameter.names());
            }
            placed.add(value);
        }
        while (!placed.isEmpty() && placed.getLast() == null) {
            placed.removeLast();
        }
        JsonNode byPosition = open.get("args");
        List<JsonNode> arguments = new ArrayList<>();
        if (byPosition != null && byPosition.isArray()) {
            open.remove("args");
            if (firstIndex >= 0 && firstIndex < byPosition.size()) {
                throw Call.invalid(
                        "Parameter " + firstNamed + " specified twice both as positional and named argument");
            }
            arguments.addAll(byPosition.values());
        }
        if (!open.isEmpty()) {
            throw Call.invalid(
                    "Unknown named parameter " + open.keySet().iterator().next());
        }
        for (int i = arguments.size(); i < placed.size(); i++) {
            JsonNode value = placed.get(i);
            arguments.add(value == null ? Json.nothing() : value);
        }
        return arguments;
    }

    private static @Nullable JsonNode takeNamed(Parameter parameter, Map<String, JsonNode> open) {
        JsonNode value = null;
        String givenAs = "";
        for (String name : parameter.names()) {
            if (value == null && open.containsKey(name)) {
                value = open.remove(name);
                givenAs = name;
            }
        }
        ObjectNode options = Json.object();
        for (String option : parameter.options()) {
            JsonNode field = open.remove(option);
            if (field != null) {
                options.set(option, field);
            }
        }
        if (options.isEmpty()) {
            return value;
        }
        if (value != null) {
            throw Call.invalid("Parameter " + givenAs + " conflicts with parameter "
                    + options.propertyNames().iterator().next());
        }
        return options;
    }
}
