package org.starling.node;

import java.util.function.Consumer;
import java.util.function.Function;
import org.starling.chain.ScriptCache;
import org.starling.world.Clock;
import org.starling.world.Datagrams;
import org.starling.world.FileStore;
import org.starling.world.KeyValueStore;
import org.starling.world.Lane;
import org.starling.world.Names;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.Randomness;
import org.starling.world.Workers;

/**
 * All that a node has of the outside: sockets, disks and threads in production, a simulated world otherwise. Whoever made
 * it closes it, after the node.
 *
 * @param store for the index of blocks and the coins
 * @param files the data directory of the chain
 * @param blocks the folder of the block files
 * @param scripts which transactions' scripts are known to pass; nodes of a simulation share one
 * @param core where all that concerns peers is done
 * @param validation where chain and mempool are changed
 * @param disk where blocks are read that peers ask for
 * @param indexes makes the place of an index that follows the chain, given its folder's name
 * @param network makes the network, given where its events go
 * @param names looks up hosts by name
 * @param datagrams to ask gateways for a port
 */
public record World(
        Clock clock,
        Randomness randomness,
        KeyValueStore store,
        FileStore files,
        FileStore blocks,
        Workers workers,
        ScriptCache scripts,
        Lane core,
        Lane validation,
        Lane disk,
        Function<String, IndexPlace> indexes,
        Function<Consumer<NetworkEvent>, Network> network,
        Names names,
        Datagrams datagrams) {
    /** Where an index is kept, and where it is built. */
    public record IndexPlace(KeyValueStore store, Lane lane) {}
}
