package org.starling.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code bitcoin.conf}: lines {@code key=value}, sections {@code [chain]}, comments after {@code #}. */
final class ConfigFile {
    private ConfigFile() {}

    /** Reads the file and the files that it includes for the chain which the settings name. */
    static void readAll(Settings settings, Path dataDirectory) throws UsageException {
        if (settings.isNegated("conf")) {
            return;
        }
        Path path = dataDirectory.resolve(settings.text("conf", "bitcoin.conf"));
        if (Files.isDirectory(path)) {
            throw new UsageException("Config file \"" + path + "\" is a directory.");
        }
        if (!Files.isReadable(path)) {
            if (settings.isSet("conf")) {
                throw new UsageException("specified config file \"" + path + "\" could not be opened.");
            }
            return;
        }
        read(settings, path);
        if (settings.isNegated("includeconf")) {
            return;
        }
        List<String> included = new ArrayList<>(settings.includes(Chains.sectionOf(settings)));
        included.addAll(settings.includes(""));
        for (String name : included) {
            Path include = dataDirectory.resolve(name);
            if (Files.isDirectory(include)) {
                throw new UsageException("Included config file \"" + include + "\" is a directory.");
            }
            if (!Files.isReadable(include)) {
                throw new UsageException("Failed to include configuration file " + name);
            }
            read(settings, include);
            settings.remarks().add("Included configuration file " + name);
        }
        List<String> nested = new ArrayList<>(settings.includes(Chains.sectionOf(settings)));
        nested.addAll(settings.includes(""));
        nested.removeAll(included);
        for (String name : nested) {
            settings.warn("warning: -includeconf cannot be used from included files; ignoring -includeconf=" + name);
        }
    }

    private static void read(Settings settings, Path path) throws UsageException {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UsageException("Configuration file \"" + path + "\" could not be read: " + e.getMessage());
        }
        take(settings, lines);
    }

    /** Adds what the lines of a file say. */
    static void take(Settings settings, List<String> lines) throws UsageException {
        String prefix = "";
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            int hash = line.indexOf('#');
            String content = (hash < 0 ? line : line.substring(0, hash)).strip();
            if (content.isEmpty()) {
                continue;
            }
            if (content.startsWith("[") && content.endsWith("]")) {
                prefix = content.substring(1, content.length() - 1) + ".";
                continue;
            }
            int equals = content.indexOf('=');
            if (content.startsWith("-")) {
                throw new UsageException("parse error on line " + number + ": " + content
                        + ", options in configuration file must be specified without leading -");
            }
            if (equals < 0) {
                throw new UsageException("parse error on line " + number + ": " + content
                        + (content.startsWith("no")
                                ? ", if you intended to specify a negated option, use " + content + "=1 instead"
                                : ""));
            }
            String key = prefix + content.substring(0, equals).strip();
            if (hash >= 0 && key.contains("rpcpassword")) {
                throw new UsageException("parse error on line " + number
                        + ", using # in rpcpassword can be ambiguous and should be avoided");
            }
            settings.addFileLine(key, content.substring(equals + 1).strip());
        }
    }
}
