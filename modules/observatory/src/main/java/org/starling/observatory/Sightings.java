package org.starling.observatory;

import java.util.List;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;

/**
 * What a node knows of the network at one moment.
 *
 * @param links the far ends of all open links
 * @param outbound those of the links that we opened
 * @param known addresses in the address book, as others told of them
 * @param userAgents what the peers call themselves
 * @param coinbases of the last blocks
 */
public record Sightings(
        List<NetAddress> links,
        List<NetAddress> outbound,
        List<NetAddress> known,
        List<String> userAgents,
        List<Transaction> coinbases) {
    public Sightings {
        links = List.copyOf(links);
        outbound = List.copyOf(outbound);
        known = List.copyOf(known);
        userAgents = List.copyOf(userAgents);
        coinbases = List.copyOf(coinbases);
    }
}
