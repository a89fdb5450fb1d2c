package org.starling.app;

import java.util.List;

/**
 * An option of the node, by the name that Bitcoin Core gives it.
 *
 * @param name without the dash
 * @param value how the help names the value, empty for a yes-or-no option
 * @param group heading of the help; {@link #ACCEPTED} for one that is taken and has no effect here
 * @param help in a sentence, with the default
 */
record Option(String name, String value, String group, String help, List<Trait> traits) {
    /** Group of the options that other people's scripts pass and that change nothing here. */
    static final String ACCEPTED = "";

    /** Group of the options that have an effect and that only tests need. */
    static final String HIDDEN = "hidden";

    /** Group of the options for what is not here: to take them in silence would deceive. Their help says what to do. */
    static final String REFUSED = "refused";

    /** How an option may be written. */
    enum Trait {
        /** In the part of a configuration file before any section it counts for the main chain only. */
        NETWORK_ONLY,
        /** It may be given without {@code =value} only if that means something. */
        NEEDS_VALUE,
        /** {@code -no...} means nothing for it. */
        NOT_NEGATED,
        /** Its value is not written to the log. */
        SECRET
    }

    /** Whether the help leaves it out. */
    boolean isUnlisted() {
        return group.equals(ACCEPTED) || group.equals(HIDDEN) || group.equals(REFUSED);
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
