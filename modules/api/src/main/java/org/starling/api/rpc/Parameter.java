package org.starling.api.rpc;

import java.util.List;

/**
 * A parameter of a method.
 *
 * @param names its name, and older names that it also goes by
 * @param options for an options object: the names that may also be given directly as named arguments
 */
public record Parameter(List<String> names, Type type, boolean required, String help, List<String> options) {
    /** What a parameter takes. */
    public enum Type {
        TEXT("string"),
        HEX("string"),
        NUMBER("number"),
        FLAG("bool"),
        ARRAY("array"),
        OBJECT("object"),
        /** A number or a text with one. */
        AMOUNT(""),
        /** A number, or an array of two. */
        RANGE(""),
        /** Whatever the method says. */
        ANY(""),
        /** As {@link #ANY}, but a client that has only text sends it as text. */
        WORD("");

        private final String json;

        Type(String json) {
            this.json = json;
        }

        /** The JSON type that it must have, empty if the method decides. */
        String json() {
            return json;
        }

        /** Whether a client that has only text takes it as it is, not as JSON. */
        public boolean isText() {
            return this == TEXT || this == HEX || this == WORD;
        }
    }

    static Parameter required(String names, Type type, String help) {
        return new Parameter(List.of(names.split("\\|")), type, true, help, List.of());
    }

    static Parameter optional(String names, Type type, String help) {
        return new Parameter(List.of(names.split("\\|")), type, false, help, List.of());
    }

    /** An optional object, whose fields may also be given as named arguments. */
    static Parameter options(String names, String help, String... options) {
        return new Parameter(List.of(names.split("\\|")), Type.OBJECT, false, help, List.of(options));
    }

    /** The same where the method itself looks at what it is given. */
    Parameter ofAnyType() {
        return new Parameter(names, Type.ANY, required, help, options);
    }

    String name() {
        return names.getFirst();
    }

    /** As the first line of the help shows it. */
    String usage() {
        return switch (type) {
            case TEXT, HEX -> '"' + name() + '"';
            case OBJECT -> "{" + name() + "}";
            case ARRAY -> "[" + name() + ",...]";
            case NUMBER, FLAG, AMOUNT, RANGE, ANY, WORD -> name();
        };
    }
}
