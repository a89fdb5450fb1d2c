package org.starling.app.tool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A tool that reads JSON objects from standard input, one a line, and writes a line for each. A line that it cannot
 * make sense of fails with a sentence, and the next is read. The exit status is 1 if any line failed.
 */
abstract class LineCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private InputStream in = System.in;

    /** What a line comes to. */
    record Answer(boolean good, String text) {}

    /** Answers one object. */
    abstract Answer answer(JsonFields fields) throws BadInputException;

    /** Reads from elsewhere than standard input. */
    void readFrom(InputStream other) {
        in = other;
    }

    @Override
    public final Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        boolean allGood = true;
        String line;
        while ((line = reader.readLine()) != null) {
            if (line.isBlank()) {
                continue;
            }
            Answer answer = answer(line);
            allGood &= answer.good;
            out.println(answer.text);
            if (!reader.ready()) {
                out.flush();
            }
        }
        out.flush();
        return allGood ? 0 : 1;
    }

    private Answer answer(String line) {
        try {
            return answer(JsonFields.parse(line));
        } catch (BadInputException e) {
            return new Answer(false, "FAIL " + e.getMessage());
        }
    }
}
