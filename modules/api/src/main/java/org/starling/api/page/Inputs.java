package org.starling.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a person said on the page, field by field. */
record Inputs(JsonNode json) {
    /** Longest text of a field, in characters. */
    private static final int MAX_TEXT = 2_000;

    /** Longest label, in characters. */
    private static final int MAX_LABEL = 200;

    /** Most texts of a list. */
    private static final int MAX_LIST = 24;

    /** The text, empty if it was left out. */
    String text(String field) throws RefusedException {
        return text(field, json.path(field));
    }

    private static String text(String field, JsonNode value) throws RefusedException {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw new RefusedException(field, "Write a text here.");
        }
        if (value.stringValue().length() > MAX_TEXT) {
            throw new RefusedException(field, "This is too long: at most " + MAX_TEXT + " characters.");
        }
        return value.stringValue();
    }

    String label() throws RefusedException {
        String label = text("label").strip();
        if (label.length() > MAX_LABEL) {
            throw new RefusedException("label", "A label has at most " + MAX_LABEL + " characters.");
        }
        return label;
    }

    List<String> texts(String field) throws RefusedException {
        JsonNode list = json.path(field);
        if (!list.isArray() || list.size() > MAX_LIST) {
            throw new RefusedException(field, "A short list of texts is wanted here.");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text : list) {
            texts.add(text(field, text).strip());
        }
        return texts;
    }

    int number(String field, int least, int most) throws RefusedException {
        JsonNode value = json.path(field);
        if (!value.canConvertToInt() || value.intValue() < least || value.intValue() > most) {
            throw new RefusedException(field, "A whole number from " + least + " to " + most + " is wanted here.");
        }
        return value.intValue();
    }

    boolean has(String field) {
        return !json.path(field).isMissingNode() && !json.path(field).isNull();
    }

    /** A passphrase as the wallet takes it, to be wiped after use; empty if none was given. */
    byte[] passphrase(String field) throws RefusedException {
        return text(field).getBytes(UTF_8);
    }
}
