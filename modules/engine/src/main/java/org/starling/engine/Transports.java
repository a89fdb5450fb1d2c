package org.starling.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Randomness;

/** Makes the transports of one service's links. */
public final class Transports {
    private final V2Transport.Rules rules;
    private final @Nullable Randomness random;

    private Transports(V2Transport.Rules rules, @Nullable Randomness random) {
        this.rules = rules;
        this.random = random;
    }

    /** The v1 transport only, of the network with these four magic bytes. */
    public static Transports plain(Bytes magic) {
        return new Transports(new V2Transport.Rules(magic, List.of()), null);
    }

    /**
     * The encrypted transport (BIP-0324) where the other side speaks it, else v1.
     *
     * @param shortTypes the types of messages that have a number, in the order of their numbers from 1
     * @param random fit for keys
     */
    public static Transports encrypted(Bytes magic, List<String> shortTypes, Randomness random) {
        return new Transports(new V2Transport.Rules(magic, shortTypes), random);
    }

    /** Whether the encrypted transport is spoken at all. */
    public boolean encrypt() {
        return random != null;
    }

    /** For a link that another opened; who begins as v1 does is answered so. */
    Transport inbound() {
        return random == null ? new V1Transport(rules.magic()) : new V2Transport(rules, false, random);
    }

    /** For a link that we open, encrypted if wanted and possible. */
    Transport outbound(boolean encrypted) {
        return random == null || !encrypted ? new V1Transport(rules.magic()) : new V2Transport(rules, true, random);
    }
}
