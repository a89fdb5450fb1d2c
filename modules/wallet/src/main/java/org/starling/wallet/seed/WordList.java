package org.starling.wallet.seed;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;

/** The English words of BIP-0039, in the order of the alphabet; the first four letters tell each. */
final class WordList {
    static final int WORDS = 2048;

    private static final List<String> ENGLISH = load();

    private WordList() {}

    private static List<String> load() {
        try (InputStream stream = WordList.class.getResourceAsStream("english.txt")) {
            if (stream == null) {
                throw new AssertionError("the word list is missing from the program");
            }
            List<String> words = new BufferedReader(new InputStreamReader(stream, US_ASCII))
                    .lines()
                    .toList();
            if (words.size() != WORDS) {
                throw new AssertionError("the word list has " + words.size() + " words");
            }
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String word(int index) {
        return ENGLISH.get(index);
    }

    /** The word's number, negative if it is none of them. */
    static int indexOf(String word) {
        return Collections.binarySearch(ENGLISH, word);
    }

    /** A word that may have been meant; empty if none is near. */
    static String nearest(String word) {
        String best = "";
        int bestDistance = 3;
        for (String candidate : ENGLISH) {
            int distance = distance(word, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Letters to insert, remove or change to make one word of the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
