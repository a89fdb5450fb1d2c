package org.starling.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values of the options as Bitcoin Core merges them: what the command line says goes before the chain's section of the
 * configuration file, and that before the lines outside any section. Of several values of one option the last counts
 * on the command line and the first in a file; {@code -nofoo} takes back the values before it.
 */
final class Settings {
    /** A value as given; null text for a negated option. */
    private record Value(@Nullable String text) {
        static final Value NEGATED = new Value(null);

        boolean negated() {
            return text == null;
        }
    }

    private record Key(String section, String name, boolean negated) {
        static Key of(String written) {
            int dot = written.indexOf('.');
            String section = dot < 0 ? "" : written.substring(0, dot);
            String name = written.substring(dot + 1);
            boolean negated = name.startsWith("no");
            return new Key(section, negated ? name.substring(2) : name, negated);
        }
    }

    private final Options options;
    private final Map<String, List<Value>> commandLine = new LinkedHashMap<>();
    private final Map<String, Map<String, List<Value>>> file = new LinkedHashMap<>();
    private final List<String> operands = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private String section = "";

    Settings(Options options) {
        this.options = options;
    }

    /** Takes the command line; what follows the first word without a dash becomes the operands. */
    void addCommandLine(List<String> arguments) throws UsageException {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("-") || argument.equals("-")) {
                operands.addAll(arguments.subList(i, arguments.size()));
                return;
            }
            String body = argument.substring(argument.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            Key key = Key.of(equals < 0 ? body : body.substring(0, equals));
            String text = equals < 0 ? null : body.substring(equals + 1);
            Option option = options.find(key.name());
            if (option == null || !key.section().isEmpty()) {
                throw new UsageException("Invalid parameter " + argument);
            }
            boolean included = option.name().equals("includeconf");
            if (included && key.negated() && text != null && !isTrue(text)) {
                throw new UsageException("-includeconf cannot be used from commandline; -includeconf=true");
            }
            if (included && !key.negated()) {
                throw new UsageException("-includeconf cannot be used from commandline; -includeconf=\""
                        + (text == null ? "" : text) + "\"");
            }
            commandLine
                    .computeIfAbsent(key.name(), name -> new ArrayList<>())
                    .add(interpret(option, key.negated(), text));
        }
    }

    /** Takes a line {@code key=value} of a configuration file, the key with its section before a dot. */
    void addFileLine(String written, String text) throws UsageException {
        Key key = Key.of(written);
        if (key.name().equals("conf")) {
            throw new UsageException("conf cannot be set in the configuration file; use includeconf= if you want to"
                    + " include additional config files");
        }
        Option option = options.find(key.name());
        if (option == null) {
            remarks.add("Ignoring unknown configuration value " + written);
            return;
        }
        if (key.name().equals("reindex")) {
            remarks.add("Warning: reindex=1 is set in the configuration file, which will significantly slow down"
                    + " startup. Consider removing or commenting out this option for better performance, unless there"
                    + " is currently a condition which makes rebuilding the indexes necessary");
        }
        file.computeIfAbsent(key.section(), name -> new LinkedHashMap<>())
                .computeIfAbsent(key.name(), name -> new ArrayList<>())
                .add(interpret(option, key.negated(), text));
    }

    private Value interpret(Option option, boolean negated, @Nullable String text) throws UsageException {
        if (negated) {
            if (option.has(Option.Trait.NOT_NEGATED)) {
                throw new UsageException("Negating of -" + option.name() + " is meaningless and therefore forbidden");
            }
            if (text != null && !isTrue(text)) {
                remarks.add("Warning: parsed potentially confusing double-negative -" + option.name() + "=" + text);
                return new Value("1");
            }
            return Value.NEGATED;
        }
        if (option.group().equals(Option.REFUSED) && (text == null || isTrue(text))) {
            throw new UsageException("-" + option.name() + " is not supported: " + option.help() + ".");
        }
        if (text == null && option.has(Option.Trait.NEEDS_VALUE)) {
            throw new UsageException("Can not set -" + option.name() + " with no value. Please specify value with -"
                    + option.name() + "=value.");
        }
        return new Value(text == null ? "" : text);
    }

    /** Names the section of the configuration file that counts: main, test, testnet4, signet or regtest. */
    void useSection(String name) {
        section = name;
    }

    /** Words of the command line that are not options. */
    List<String> operands() {
        return operands;
    }

    /** What is to be written to the log about the settings. */
    List<String> remarks() {
        return remarks;
    }

    /** Something that the operator should be told at once. */
    void warn(String text) {
        warnings.add(text);
    }

    /** What the operator should be told at once. */
    List<String> warnings() {
        return warnings;
    }

    /** Options that were given and have no effect yet. */
    List<String> withoutEffect() {
        Set<String> given = new LinkedHashSet<>(commandLine.keySet());
        given.addAll(file.getOrDefault(section, Map.of()).keySet());
        given.addAll(file.getOrDefault("", Map.of()).keySet());
        given.removeIf(name -> {
            Option option = options.find(name);
            return option == null || !option.group().equals(Option.ACCEPTED);
        });
        return List.copyOf(given);
    }

    /** Network-only options that stand outside any section although another chain than main is used. */
    List<String> unsuitable() {
        List<String> names = new ArrayList<>();
        if (!section.equals("main")) {
            for (String name : file.getOrDefault("", Map.of()).keySet()) {
                Option option = options.find(name);
                boolean elsewhere = commandLine.containsKey(name)
                        || file.getOrDefault(section, Map.of()).containsKey(name);
                if (option != null && option.has(Option.Trait.NETWORK_ONLY) && !elsewhere) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    boolean isSet(String name) {
        return effective(name) != null;
    }

    boolean isNegated(String name) {
        Value value = effective(name);
        return value != null && value.negated();
    }

    boolean onCommandLine(String name) {
        return commandLine.containsKey(name);
    }

    /** The value, {@code "0"} if negated, null if not set. */
    @Nullable
    String text(String name) {
        Value value = effective(name);
        if (value == null) {
            return null;
        }
        return value.text() == null ? "0" : value.text();
    }

    String text(String name, String byDefault) {
        String text = text(name);
        return text == null ? byDefault : text;
    }

    /** True for {@code -foo} and any value but zero. */
    boolean flag(String name, boolean byDefault) {
        String text = text(name);
        return text == null ? byDefault : isTrue(text);
    }

    /** A whole number. */
    long number(String name, long byDefault) throws UsageException {
        String text = text(name);
        if (text == null) {
            return byDefault;
        }
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new UsageException("Invalid value for -" + name + ": '" + text + "' is not a whole number");
        }
    }

    /** A port, 1 to 65535. */
    int port(String name, int byDefault) throws UsageException {
        String text = text(name);
        if (text == null) {
            return byDefault;
        }
        long port = text.matches("[0-9]{1,5}") ? Long.parseLong(text) : 0;
        if (port < 1 || port > 0xffff) {
            throw new UsageException("Invalid port specified in -" + name + ": '" + text + "'");
        }
        return (int) port;
    }

    /** All values, those of the command line first; none before a negation count. */
    List<String> list(String name) {
        List<String> texts = new ArrayList<>();
        if (afterNegation(commandLine.get(name), texts)) {
            return texts;
        }
        if (afterNegation(file.getOrDefault(section, Map.of()).get(name), texts) || ignoresDefaultSection(name)) {
            return texts;
        }
        var _ = afterNegation(file.getOrDefault("", Map.of()).get(name), texts);
        return texts;
    }

    /** Values of {@code includeconf} in that section. */
    List<String> includes(String ofSection) {
        List<String> texts = new ArrayList<>();
        var _ = afterNegation(file.getOrDefault(ofSection, Map.of()).get("includeconf"), texts);
        return texts;
    }

    // Adds the values after the last negation; true if there was a negation, which hides what has less precedence.
    private static boolean afterNegation(@Nullable List<Value> values, List<String> texts) {
        if (values == null) {
            return false;
        }
        int from = 0;
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).negated()) {
                from = i + 1;
            }
        }
        for (Value value : values.subList(from, values.size())) {
            if (value.text() != null) {
                texts.add(value.text());
            }
        }
        return from > 0;
    }

    private @Nullable Value effective(String name) {
        List<Value> given = commandLine.get(name);
        if (given != null) {
            return given.getLast();
        }
        Value value = ofFile(section, name);
        return value != null || ignoresDefaultSection(name) ? value : ofFile("", name);
    }

    private @Nullable Value ofFile(String ofSection, String name) {
        List<Value> values = file.getOrDefault(ofSection, Map.of()).get(name);
        if (values == null) {
            return null;
        }
        // The first value counts, unless a negation follows it.
        return values.getLast().negated() ? Value.NEGATED : firstAfterNegation(values);
    }

    private static Value firstAfterNegation(List<Value> values) {
        int from = 0;
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).negated()) {
                from = i + 1;
            }
        }
        return values.get(from);
    }

    private boolean ignoresDefaultSection(String name) {
        Option option = options.find(name);
        return !section.equals("main") && option != null && option.has(Option.Trait.NETWORK_ONLY);
    }

    /** Every setting as the log shows it, with the values of secret options hidden. */
    List<String> shown() {
        List<String> lines = new ArrayList<>();
        file.forEach((of, values) ->
                show(of.isEmpty() ? "Config file arg: " : "Config file arg: [" + of + "] ", values, lines));
        show("Command-line arg: ", commandLine, lines);
        return lines;
    }

    private void show(String intro, Map<String, List<Value>> values, List<String> lines) {
        values.forEach((name, given) -> {
            Option option = options.find(name);
            boolean secret = option != null && option.has(Option.Trait.SECRET);
            for (Value value : given) {
                String text = value.text() == null ? "false" : "\"" + value.text() + "\"";
                lines.add(intro + name + "=" + (secret ? "****" : text));
            }
        });
    }

    // As C's atoi: an empty text is true, then any number but zero; text that is no number is zero.
    static boolean isTrue(String text) {
        if (text.isEmpty()) {
            return true;
        }
        String digits = text.strip();
        int end = digits.startsWith("-") || digits.startsWith("+") ? 1 : 0;
        boolean nonZero = false;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            nonZero |= digits.charAt(end) != '0';
            end++;
        }
        return nonZero;
    }
}
