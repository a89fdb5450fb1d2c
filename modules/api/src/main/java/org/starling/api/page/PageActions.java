package org.starling.api.page;

import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What the page's owner can have done by it. The server asks for the page's secret before each. */
public interface PageActions {
    /** Their names, which are parts of paths. */
    Set<String> names();

    /**
     * Does it and says what came of it, to be sent as JSON.
     *
     * @param name one of {@link #names}
     * @param input an object with what the person said
     * @throws RefusedException if it cannot be done as it was said, with a sentence for the person
     */
    Object act(String name, JsonNode input) throws RefusedException;
}
