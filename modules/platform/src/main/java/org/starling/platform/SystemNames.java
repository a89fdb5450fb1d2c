package org.starling.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.starling.bytes.Bytes;
import org.starling.world.Names;

/** Host names as this machine's resolver knows them. Each question waits on a virtual thread of its own. */
public final class SystemNames implements Names {
    @Override
    public void lookUp(String name, Consumer<List<Bytes>> answer) {
        Thread.ofVirtual().name("lookup-" + name).start(() -> answer.accept(addresses(name)));
    }

    private static List<Bytes> addresses(String name) {
        List<Bytes> found = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(name)) {
                found.add(Bytes.wrap(address.getAddress()));
            }
        } catch (UnknownHostException e) {
            return List.of();
        }
        return found;
    }
}
