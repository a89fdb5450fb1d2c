package org.starling.app;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the person at the terminal for what should stand on no command line: passphrases, seed words, a yes. */
interface Prompt {
    /** A line, asked for on the terminal if there is one, else the next of standard input; empty at its end. */
    String line(String question);

    /** As {@link #line}, but what is typed is not shown. */
    String secret(String question);

    /** Whether a person is there to answer. */
    boolean isInteractive();

    /** The terminal, or standard input. */
    Prompt OF_MACHINE = new Prompt() {
        private final BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

        @Override
        public String line(String question) {
            Console console = console();
            try {
                String line = console == null ? input.readLine() : console.readLine("%s ", question);
                return line == null ? "" : line;
            } catch (IOException e) {
                return "";
            }
        }

        @Override
        public String secret(String question) {
            Console console = console();
            char[] typed = console == null ? null : console.readPassword("%s ", question);
            return console == null ? line(question) : typed == null ? "" : new String(typed);
        }

        @Override
        public boolean isInteractive() {
            return console() != null;
        }

        private @Nullable Console console() {
            return Optional.ofNullable(System.console())
                    .filter(Console::isTerminal)
                    .orElse(null);
        }
    };
}
