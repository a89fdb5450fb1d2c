package org.starling.api.rpc;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A method of the RPC.
 *
 * @param category heading of the help; {@code hidden} is not listed
 * @param help what it does and gives
 * @param difference what is not as with Bitcoin Core's method of that name; empty if all is
 */
public record RpcMethod(
        String name, String category, String help, List<Parameter> parameters, Handler handler, String difference) {
    /** Does what the method says. */
    @FunctionalInterface
    public interface Handler {
        /** The result. Throws {@link RpcException} for an error of the caller. */
        JsonNode handle(Call call) throws Exception;
    }

    static RpcMethod of(String name, String category, String help, Handler handler, Parameter... parameters) {
        return new RpcMethod(name, category, help, List.of(parameters), handler, "");
    }

    /** This method, of which it is said what is not as with Bitcoin Core's. */
    RpcMethod differing(String difference) {
        return new RpcMethod(name, category, help, parameters, handler, difference);
    }

    /** The method's name and its parameters, those that may be left out in parentheses. */
    String usage() {
        StringBuilder text = new StringBuilder(name);
        boolean open = false;
        for (Parameter parameter : parameters) {
            if (!parameter.required() && !open) {
                text.append(" (");
                open = true;
            } else if (parameter.required() && open) {
                text.append(" )");
                open = false;
            }
            text.append(' ').append(parameter.usage());
        }
        return open ? text.append(" )").toString() : text.toString();
    }

    /** The help text. */
    String manual() {
        StringBuilder text =
                new StringBuilder(usage()).append("\n\n").append(help).append('\n');
        if (!parameters.isEmpty()) {
            text.append("\nArguments:\n");
            for (int i = 0; i < parameters.size(); i++) {
                Parameter parameter = parameters.get(i);
                text.append(i + 1).append(". ").append(parameter.name()).append("    (");
                text.append(parameter.type().name().toLowerCase(java.util.Locale.ROOT));
                text.append(parameter.required() ? ", required) " : ", optional) ");
                text.append(parameter.help()).append('\n');
                if (!parameter.options().isEmpty()) {
                    text.append("     with any of: ")
                            .append(String.join(", ", parameter.options()))
                            .append('\n');
                }
            }
        }
        if (!difference.isEmpty()) {
            text.append("\nOther than in Bitcoin Core: ").append(difference).append('\n');
        }
        return text.toString();
    }
}
