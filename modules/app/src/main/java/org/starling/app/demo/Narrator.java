package org.starling.app.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells the story: to the terminal as it happens, and to the page all of it so far. */
final class Narrator {
    /** Sentences that the page shows at most; the oldest go first. */
    private static final int KEPT = 60;

    private final PrintStream out;
    private final boolean colours;
    private final long startNanos = System.nanoTime();
    private final List<String> told = new ArrayList<>();

    Narrator(PrintStream out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    /** Begins a part of the story. */
    void chapter(String title) {
        out.println();
        out.println(colours ? "\033[1m" + title + "\033[0m" : title);
        keep(title);
    }

    /** Something that happened. */
    void say(String sentence) {
        line("  ", sentence);
        keep(sentence);
    }

    /** A claim that was checked. */
    void claim(boolean holds, String claim) {
        String mark = holds ? "✔" : "✘";
        line(colours ? (holds ? "\033[32m" : "\033[31m") + mark + "\033[0m " : mark + " ", claim);
        keep(mark + " " + claim);
    }

    private void line(String mark, String text) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        out.printf(Locale.ROOT, "%6.1f s  %s%s%n", seconds, mark, text);
        out.flush();
    }

    private synchronized void keep(String sentence) {
        told.add(sentence);
        if (told.size() > KEPT) {
            told.removeFirst();
        }
    }

    synchronized List<String> told() {
        return List.copyOf(told);
    }
}
