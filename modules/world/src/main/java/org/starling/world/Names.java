package org.starling.world;

import java.util.List;
import java.util.function.Consumer;
import org.starling.bytes.Bytes;

/** Finds the addresses of host names, as the domain name system does. */
public interface Names {
    /** Knows no name. */
    Names NONE = (name, answer) -> answer.accept(List.of());

    /**
     * Begins to look the name up and returns at once. The answer comes from any thread, perhaps before this returns: the
     * addresses, each of 4 or 16 bytes, none if there are none or nobody who knows can be asked.
     */
    void lookUp(String name, Consumer<List<Bytes>> answer);
}
