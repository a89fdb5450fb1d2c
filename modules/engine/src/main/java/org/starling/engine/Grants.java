package org.starling.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the operator grants to links. */
@FunctionalInterface
public interface Grants {
    /**
     * The permissions of a link.
     *
     * @param local the address of ours that an inbound link came to; null for others
     */
    Set<Permission> of(NetAddress remote, @Nullable NetAddress local, LinkKind kind);
}
