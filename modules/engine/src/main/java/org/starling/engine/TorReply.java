package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reply of Tor's control port (control-spec, 2.3): lines of three digits, a separator ({@code -} for more to come, a
 * space for the last) and text.
 *
 * @param code 250 if all went well
 * @param lines the texts
 */
record TorReply(int code, List<String> lines) {
    static final int OK = 250;

    TorReply {
        lines = List.copyOf(lines);
    }

    /** What follows the line's beginning in the first line that begins so; null if none does. */
    @Nullable
    String after(String beginning) {
        for (String line : lines) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
        return null;
    }

    /** The text for people in a refusal. */
    String text() {
        return code + (lines.isEmpty() ? "" : " " + lines.getLast());
    }

    /** The values of {@code KEY=value KEY="quoted value"}; words without a sign are left out. */
    static Map<String, String> values(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String word : words(text)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                values.put(word.substring(0, equals), unquoted(word.substring(equals + 1)));
            }
        }
        return values;
    }

    /** Splits at spaces that are not inside quotes. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' && !quoted) {
                words.add(word.toString());
                word.setLength(0);
                continue;
            }
            word.append(c);
            if (c == '\\' && quoted && i + 1 < text.length()) {
                word.append(text.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
            }
        }
        words.add(word.toString());
        return words;
    }

    /** Without the quotes around it and the backslashes that protect characters inside. */
    static String unquoted(String text) {
        if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length() - 1) {
                i++;
            }
            plain.append(text.charAt(i));
        }
        return plain.toString();
    }

    /** In quotes, with backslashes before what ends them. */
    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
