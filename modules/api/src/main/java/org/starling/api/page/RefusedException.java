package org.starling.api.page;

/** Why something that was asked for on the page cannot be done, in words for people. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;

    /** @param field what of the input is wrong; empty if it is none of it alone */
    public RefusedException(String field, String sentence) {
        super(sentence);
        this.field = field;
    }

    public String field() {
        return field;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
