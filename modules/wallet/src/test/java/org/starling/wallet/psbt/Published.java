package org.starling.wallet.psbt;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The test vectors of the BIPs that stand beside the tests. */
final class Published {
    private Published() {}

    /** A PSBT, of which the BIP says what is to come of it. */
    record Case(String verdict, String bip, String name, String base64) {
        @Override
        public String toString() {
            return bip + " " + verdict + ": " + name;
        }
    }

    static List<Case> cases(String verdict) {
        return lines("psbts.txt").stream()
                .map(line -> line.split("\\|", -1))
                .map(part -> new Case(part[0], part[1], part[2], part[3]))
                .filter(published -> published.verdict().startsWith(verdict))
                .toList();
    }

    /** The values of that name in the example of all roles. */
    static List<String> role(String name) {
        return lines("roles.txt").stream()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .toList();
    }

    private static List<String> lines(String file) {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Published.class.getResourceAsStream(file)), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.startsWith("#")).forEach(lines::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return lines;
    }
}
