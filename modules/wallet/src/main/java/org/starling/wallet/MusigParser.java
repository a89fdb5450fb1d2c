package org.starling.wallet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.starling.wallet.DescriptorParser.Place;

/** Reads {@code musig()} among the keys of descriptors (BIP-0390). */
final class MusigParser {
    static final String OPENING = "musig(";

    /** Most participants of one key. */
    private static final int MAX_PARTICIPANTS = 999;

    private static final Pattern UNHARDENED = Pattern.compile("[0-9]{1,10}");

    private final KeyParser keys;

    MusigParser(KeyParser keys) {
        this.keys = keys;
    }

    /**
     * Refuses a multipath among the participants of a key that has a path itself. To be asked before multipaths are
     * taken apart.
     */
    static void checkMultipath(String descriptor) throws DescriptorException {
        for (int at = descriptor.indexOf(OPENING); at >= 0; at = descriptor.indexOf(OPENING, at + 1)) {
            int end = descriptor.indexOf(')', at);
            boolean hasPath = end >= 0 && descriptor.startsWith("/", end + 1);
            if (hasPath && descriptor.substring(at, end).contains("<")) {
                throw new DescriptorException(
                        "musig(): Cannot have multipath participant keys if musig() has derivation steps");
            }
        }
    }

    MusigSource parse(String text, Place place) throws DescriptorException {
        if (place != Place.P2TR) {
            throw new DescriptorException("musig() is only allowed in tr() and rawtr()");
        }
        int end = text.lastIndexOf(')');
        String inner = end < 0 ? "" : text.substring(OPENING.length(), end);
        String shownPath = text.substring(end + 1);
        if (inner.isEmpty() || !shownPath.isEmpty() && !shownPath.startsWith("/")) {
            throw new DescriptorException("musig(): expected keys, ')' and perhaps a path, got '" + text + "'");
        }
        if (inner.contains(OPENING)) {
            throw new DescriptorException("musig() cannot be nested in another musig()");
        }
        List<KeyExpression> participants = new ArrayList<>();
        for (String key : inner.split(",", -1)) {
            // As in a witness key hash: compressed, and with the parity that aggregation needs.
            participants.add(keys.parse(key, Place.P2WPKH));
        }
        if (participants.size() > MAX_PARTICIPANTS) {
            throw new DescriptorException(
                    "musig(): " + participants.size() + " participants, over " + MAX_PARTICIPANTS);
        }
        List<String> steps = shownPath.isEmpty()
                ? List.of()
                : Arrays.asList(shownPath.substring(1).split("/", -1));
        return source(participants, steps, shownPath);
    }

    private static MusigSource source(List<KeyExpression> participants, List<String> steps, String shownPath)
            throws DescriptorException {
        for (KeyExpression participant : participants) {
            if (!steps.isEmpty() && !(participant.source() instanceof KeyExpression.Derived)) {
                throw new DescriptorException("musig(): derivation requires all participants to be xpubs");
            }
            if (!steps.isEmpty() && participant.isRange()) {
                throw new DescriptorException(
                        "musig(): Cannot have ranged participant keys if musig() has derivation steps");
            }
        }
        boolean isRange = !steps.isEmpty() && steps.getLast().equals("*");
        List<Integer> path = new ArrayList<>();
        for (String step : isRange ? steps.subList(0, steps.size() - 1) : steps) {
            if (!UNHARDENED.matcher(step).matches()) {
                throw new DescriptorException("musig(): cannot have hardened derivation steps, or '" + step + "'");
            }
            path.add(KeyParser.childNumber(step));
        }
        return new MusigSource(participants, path, shownPath, isRange);
    }
}
