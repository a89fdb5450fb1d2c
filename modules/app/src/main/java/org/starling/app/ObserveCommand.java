package org.starling.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running node how decentralized the network is, and says it in words. Finds the node as {@code cli} does. */
final class ObserveCommand {
    private static final int WIDTH = 100;

    private final PrintStream out;
    private final PrintStream err;

    ObserveCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the command line and returns the exit status. */
    int run(List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        if (words.removeIf(word -> List.of("-help", "--help", "-h", "-?").contains(word))) {
            out.print("""
                    usage: starling observe [OPTIONS] [BLOCKS]

                    Asks a running node how decentralized the network is as far as it can see, from its links, its address
                    book and the last BLOCKS blocks (default: 144), and tells it in words, with what the figures do not prove.

                      --json     the figures as JSON, as the RPC observe gives them
                    Other options are those of starling cli, which find the node: -regtest, -datadir=<dir>, -rpcport=<port>, ...
                    """);
            return 0;
        }
        boolean json = words.removeIf(word -> word.equals("--json") || word.equals("-json"));
        int operands = 0;
        while (operands < words.size() && words.get(operands).startsWith("-")) {
            operands++;
        }
        words.add(operands, "observe");
        if (json) {
            return new ClientCommand(out, err).run(words);
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        int status = new ClientCommand(new PrintStream(answer, true, StandardCharsets.UTF_8), err).run(words);
        if (status == 0) {
            print(JsonMapper.builder().build().readTree(answer.toString(StandardCharsets.UTF_8)));
        }
        return status;
    }

    private void print(JsonNode report) {
        for (JsonNode view : report.path("views")) {
            out.println(view.path("name").asString("").replace('_', ' '));
            wrap(view.path("words").asString(""));
            if (view.has("nakamoto")) {
                out.println("  Nakamoto " + figure(view, "nakamoto", "%.0f") + ", HHI " + figure(view, "hhi", "%.3f")
                        + ", effective " + figure(view, "effective_number", "%.1f") + ", Gini "
                        + figure(view, "gini", "%.2f") + "; " + view.path("sample") + " counted");
            }
            out.println();
        }
        out.println("this node's own risk");
        wrap(report.path("eclipse").path("words").asString(""));
    }

    private static String figure(JsonNode view, String name, String format) {
        JsonNode measure = view.path(name);
        String range = String.format(
                Locale.ROOT,
                " (" + format + " to " + format + ")",
                measure.path("low").asDouble(),
                measure.path("high").asDouble());
        return String.format(Locale.ROOT, format, measure.path("value").asDouble()) + range;
    }

    private void wrap(String text) {
        StringBuilder line = new StringBuilder(" ");
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH && line.length() > 1) {
                out.println(line);
                line = new StringBuilder(" ");
            }
            line.append(' ').append(word);
        }
        out.println(line);
    }
}
