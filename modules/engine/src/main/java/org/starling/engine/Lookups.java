package org.starling.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.LinkTable.Attempt;
import org.starling.world.Names;

/**
 * Hosts known by name that are looked up before they are connected to, and where they were found last. A name is looked
 * up anew each time: its host may have moved. Of several addresses each has its turn.
 */
final class Lookups {
    private final BiConsumer<Attempt, @Nullable NetAddress> answered;
    private final LinkedHashMap<NetAddress, Attempt> pending = new LinkedHashMap<>();
    private final HashMap<NetAddress, NetAddress> found = new HashMap<>();
    private Names names = Names.NONE;

    /** @param answered told each result; null if no address was found */
    Lookups(BiConsumer<Attempt, @Nullable NetAddress> answered) {
        this.answered = answered;
    }

    /** Asks there from now on; it answers on the core thread. */
    void names(Names source) {
        names = source;
    }

    /** Begins to look up the host that the attempt's address stands for, unless that is under way. */
    void begin(String host, Attempt attempt) {
        if (pending.putIfAbsent(attempt.address(), attempt) == null) {
            names.lookUp(host, answer -> end(attempt, answer));
        }
    }

    private void end(Attempt attempt, List<Bytes> answer) {
        NetAddress name = attempt.address();
        pending.remove(name);
        NetAddress address = null;
        if (!answer.isEmpty()) {
            NetAddress last = found.get(name);
            // One past the last in turn; the first if there was none.
            int at = last == null ? -1 : answer.indexOf(last.address());
            address = NetAddress.ofIp(answer.get((at + 1) % answer.size()), name.port());
            found.put(name, address);
        }
        answered.accept(attempt, address);
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** What is to be connected to once its address is known, oldest first. */
    Collection<Attempt> pending() {
        return pending.values();
    }

    boolean isPending(NetAddress name) {
        return !pending.isEmpty() && pending.containsKey(name);
    }

    /** Where the host was found last that this stands for; the address itself if it stands for none. */
    NetAddress found(NetAddress address) {
        return found.isEmpty() ? address : found.getOrDefault(address, address);
    }
}
