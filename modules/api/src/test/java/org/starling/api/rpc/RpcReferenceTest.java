package org.starling.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/RPC.md} is made from the table of methods; this makes it, and tells when it is out of date. */
class RpcReferenceTest {
    private static final Path FILE = Path.of("..", "..", "docs", "RPC.md");

    /** Parameters of Bitcoin Core's methods, by the methods' names. */
    private static final Map<String, List<String>> CORE = readCore();

    private static Map<String, List<String>> readCore() {
        try (var in = RpcReferenceTest.class.getResourceAsStream("core-methods.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" ")))
                    .collect(Collectors.toMap(
                            List::getFirst, words -> words.subList(1, words.size()), (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<RpcMethod> methods() {
        return RpcTable.ofNode().withWallets().all().stream()
                .sorted(Comparator.comparing(RpcReferenceTest::heading).thenComparing(RpcMethod::name))
                .toList();
    }

    // Methods that help does not list come last.
    private static String heading(RpcMethod method) {
        String category = method.category();
        return category.equals("hidden")
                ? "~For tests, and not listed by help"
                : category.substring(0, 1).toUpperCase(Locale.ROOT) + category.substring(1);
    }

    private static String reference() {
        StringBuilder text = new StringBuilder("""
                # The RPC

                Made from the code by `RpcReferenceTest`; do not edit. Names, parameters, results and errors are Bitcoin
                Core 28.1's, unless a method says otherwise. `./starling cli help <method>` says the same of one method.

                """);
        List<RpcMethod> methods = methods();
        List<String> missing = CORE.keySet().stream()
                .filter(name -> methods.stream().noneMatch(m -> m.name().equals(name)))
                .toList();
        text.append("Not there: `").append(String.join("` `", missing)).append("`.\n");
        String heading = "";
        for (RpcMethod method : methods) {
            if (!heading(method).equals(heading)) {
                heading = heading(method);
                text.append("\n## ").append(heading.replace("~", "")).append('\n');
            }
            text.append("\n### ").append(method.name()).append("\n\n");
            text.append('`')
                    .append(method.usage())
                    .append("`\n\n")
                    .append(method.help())
                    .append('\n');
            if (!method.parameters().isEmpty()) {
                text.append('\n');
                method.parameters().forEach(parameter -> text.append(line(parameter)));
            }
            if (!state(method).isEmpty()) {
                text.append("\n*").append(state(method)).append("*\n");
            }
        }
        return text.toString();
    }

    private static String line(Parameter parameter) {
        StringBuilder text = new StringBuilder("- `").append(parameter.name()).append('`');
        if (!parameter.required()) {
            text.append(", optional");
        }
        text.append(": ").append(parameter.help());
        if (!parameter.options().isEmpty()) {
            text.append("; with `")
                    .append(String.join("` `", parameter.options()))
                    .append('`');
        }
        return text.append('\n').toString();
    }

    private static String state(RpcMethod method) {
        String difference = method.difference();
        if (!CORE.containsKey(method.name())) {
            return difference.isEmpty() ? "Not in Bitcoin Core." : "Not in Bitcoin Core. " + difference;
        }
        return difference.isEmpty() ? "" : "Difference: " + difference;
    }

    @Test
    void theReferenceIsUpToDate() throws IOException {
        String text = reference();
        if (Boolean.getBoolean("starling.write")) {
            Files.writeString(FILE, text);
        }
        assertThat(FILE)
                .as("docs/RPC.md is out of date: write it by RpcReferenceTest with -Dstarling.write=true")
                .hasContent(text);
    }

    @Test
    void parametersAreNamedAndOrderedAsInBitcoinCore() {
        Map<String, List<String>> ours = new TreeMap<>();
        Map<String, List<String>> theirs = new TreeMap<>();
        for (RpcMethod method : methods()) {
            if (CORE.containsKey(method.name()) && method.difference().isEmpty()) {
                ours.put(
                        method.name(),
                        method.parameters().stream().map(Parameter::name).toList());
                theirs.put(method.name(), CORE.get(method.name()));
            }
        }
        assertThat(ours).containsAllEntriesOf(theirs);
    }
}
