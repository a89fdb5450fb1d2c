package org.starling.app.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.Hash256;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Money;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;
import org.starling.mempool.AcceptResult;
import org.starling.node.Node;
import org.starling.world.NetworkException;

/**
 * What the demo's nodes live through. Every claim is checked when it is made; one that does not come true in time is told
 * as such, and the story goes on.
 */
final class Story {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final long POLL_MILLIS = 5;
    private static final int BLOCKS_EACH = 13;
    private static final int ROUNDS = 2;
    private static final long TRIES = 10_000_000;
    private static final long SATOSHIS_PER_VBYTE = 5;

    private final List<DemoNode> nodes;
    private final Narrator narrator;
    private final List<String> failed = new ArrayList<>();
    private int payments;

    Story(List<DemoNode> nodes, Narrator narrator) {
        this.nodes = nodes;
        this.narrator = narrator;
    }

    /** Tells all of it and returns the claims that did not hold. */
    List<String> tell() throws InterruptedException, NetworkException {
        gather();
        mine();
        pay();
        lose();
        disagree();
        audit();
        return List.copyOf(failed);
    }

    private void gather() throws InterruptedException, NetworkException {
        narrator.chapter("A mesh out of one address");
        for (DemoNode node : nodes) {
            if (!node.isRunning()) {
                node.start(true);
            }
        }
        narrator.say(nodes.size() + " full nodes run, each with its own data directory and port. "
                + nodes.getFirst().name() + " was told nothing; the others only "
                + nodes.getFirst().name()
                + "'s address.");
        claim(
                "Through gossip every node has heard of all " + (nodes.size() - 1) + " others",
                () -> nodes.stream().allMatch(node -> addressesKnown(node).containsAll(addressesOfOthers(node))));
        claim(
                "Every node keeps at least two links, and they join all into one mesh",
                () -> nodes.stream().allMatch(node -> node.peers().size() >= 2) && isOneMesh());
        narrator.say("The mesh has " + links() + " links; nobody coordinates it.");
    }

    private void mine() throws InterruptedException {
        narrator.chapter("Blocks");
        for (int round = 0; round < ROUNDS; round++) {
            for (DemoNode node : nodes) {
                node.node().miner().generate(node.purse().scriptPubKey(), BLOCKS_EACH, TRIES);
                waitFor(this::allAgree);
            }
        }
        int height = nodes.getFirst().height();
        narrator.say(
                "Each node mined " + ROUNDS * BLOCKS_EACH + " blocks in turn, on top of what the others had found.");
        claim("All nodes have validated the same " + height + " blocks", this::allAgree);
        DemoNode finder = nodes.get(3);
        long start = System.nanoTime();
        finder.node().miner().generate(finder.purse().scriptPubKey(), 1, TRIES);
        long found = System.nanoTime();
        claim("A block that " + finder.name() + " finds reaches every other node", this::allAgree);
        narrator.say(String.format(
                Locale.ROOT,
                "Found and checked here in %.0f ms, by all seven others %.0f ms later.",
                (found - start) / 1e6,
                (System.nanoTime() - found) / 1e6));
    }

    private void pay() throws InterruptedException {
        narrator.chapter("Payments");
        long before = nodes.get(1).purse().spendable(nodes.get(1).height());
        Set<Hash256> paid = new LinkedHashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (int step = 1; step <= 2; step++) {
                paid.add(payFrom(nodes.get(i), nodes.get((i + step) % nodes.size()), (10 + i) * Money.COIN / 10));
            }
        }
        narrator.say("Every node pays the two after it: " + paid.size() + " signed Taproot transactions.");
        claim(
                "All " + paid.size() + " wait in every node's mempool",
                () -> running().allMatch(node -> node.node().mempool().txids().containsAll(paid)));
        DemoNode finder = nodes.get(5);
        finder.node().miner().generate(finder.purse().scriptPubKey(), 1, TRIES);
        claim(
                "One block by " + finder.name() + " confirms them all, and every mempool is empty",
                () -> allAgree()
                        && running().allMatch(node -> node.node().mempool().size() == 0)
                        && confirmedIn(finder, paid));
        claim(
                nodes.get(1).name() + " can spend what it was paid",
                () -> nodes.get(1).purse().spendable(nodes.get(1).height()) != before);
    }

    private void lose() throws InterruptedException, NetworkException {
        narrator.chapter("Three nodes die");
        List<DemoNode> victims = List.of(nodes.get(0), nodes.get(2), nodes.get(4));
        String names = String.join(", ", victims.stream().map(DemoNode::name).toList());
        victims.forEach(DemoNode::kill);
        narrator.say(names + " are killed without warning; "
                + victims.getFirst().name() + " was the one whom all had been told of.");
        claim("The other five are still one mesh", this::isOneMesh);
        DemoNode payer = nodes.get(1);
        Hash256 payment = payFrom(payer, nodes.get(2), 3 * Money.COIN);
        DemoNode finder = nodes.get(6);
        claim(
                "A payment to the dead " + nodes.get(2).name() + " still reaches " + finder.name(),
                () -> finder.node().mempool().contains(payment));
        finder.node().miner().generate(finder.purse().scriptPubKey(), 4, TRIES);
        claim("They mine on and agree", this::allAgree);
        for (DemoNode victim : victims) {
            victim.start(false);
        }
        narrator.say(names + " start again. Nobody tells them an address: they have their address books, and the blocks"
                + " on their disks.");
        claim(
                "They are back in the mesh",
                () -> running().count() == nodes.size()
                        && isOneMesh()
                        && victims.stream().allMatch(victim -> !victim.peers().isEmpty()));
        claim(
                "They have caught up, and " + nodes.get(2).name() + " finds its payment",
                () -> allAgree() && nodes.get(2).purse().owns(payment));
    }

    private void disagree() throws InterruptedException {
        narrator.chapter("A disagreement heals");
        DemoNode loner = nodes.get(7);
        Node alone = loner.node();
        alone.setNetworkActive(false);
        Hash256 lost =
                alone.miner().generate(loner.purse().scriptPubKey(), 2, TRIES).getLast();
        DemoNode finder = nodes.get(1);
        Hash256 won = finder.node()
                .miner()
                .generate(finder.purse().scriptPubKey(), 3, TRIES)
                .getLast();
        narrator.say(loner.name() + " is cut off and mines two blocks alone; " + finder.name()
                + " mines three that all the others follow.");
        claim(
                "Two histories exist",
                () -> loner.tip().equals(lost)
                        && running()
                                .filter(node -> node != loner)
                                .allMatch(node -> node.tip().equals(won)));
        alone.setNetworkActive(true);
        claim("Reconnected, " + loner.name() + " gives up its two blocks for the three with more work", this::allAgree);
    }

    private void audit() throws InterruptedException {
        narrator.chapter("The audit");
        CoinStatistics first = nodes.getFirst().coins();
        claim(
                "All eight hold exactly the same coins (MuHash "
                        + first.hash().toString().substring(0, 16) + "…)",
                () -> running().allMatch(node -> node.coins().hash().equals(first.hash())));
        long subsidies = 0;
        for (int height = 1; height <= nodes.getFirst().height(); height++) {
            subsidies += BlockRules.subsidy(height, nodes.getFirst().node().params());
        }
        long issued = subsidies;
        claim(
                "No coin was created or lost: " + Money.format(issued) + " BTC, as the rules allow for "
                        + nodes.getFirst().height() + " blocks",
                () -> first.totalAmount() == issued);
        narrator.say(payments + " payments, " + nodes.getFirst().height() + " blocks, " + links() + " links, "
                + failed.size() + " claims failed.");
    }

    private Hash256 payFrom(DemoNode payer, DemoNode payee, long satoshis) {
        Transaction payment =
                payer.purse().pay(payee.purse().scriptPubKey(), satoshis, SATOSHIS_PER_VBYTE, payer.height());
        if (payment == null) {
            throw new IllegalStateException(payer.name() + " has not enough coins to pay " + Money.format(satoshis));
        }
        Node node = payer.node();
        AcceptResult result = node.validation(
                () -> node.mempool().accept(payment, node.clock().seconds()));
        if (!(result instanceof AcceptResult.Accepted)) {
            throw new IllegalStateException("the payment by " + payer.name() + " was refused: " + result);
        }
        payments++;
        return payment.txid();
    }

    // What the nodes agree on

    private java.util.stream.Stream<DemoNode> running() {
        return nodes.stream().filter(DemoNode::isRunning);
    }

    private boolean allAgree() {
        return running().map(DemoNode::tip).distinct().count() == 1;
    }

    private boolean confirmedIn(DemoNode node, Set<Hash256> transactions) {
        Set<Hash256> inBlock = new LinkedHashSet<>();
        node.node()
                .chain()
                .readBlock(node.node().headers().tip())
                .transactions()
                .forEach(transaction -> inBlock.add(transaction.txid()));
        return inBlock.containsAll(transactions);
    }

    private static Set<NetAddress> addressesKnown(DemoNode node) {
        Set<NetAddress> known = new TreeSet<>();
        Node running = node.node();
        running.core(() -> running.addressBook().entries()).forEach(entry -> known.add(entry.address()));
        return known;
    }

    private Set<NetAddress> addressesOfOthers(DemoNode node) {
        Set<NetAddress> others = new TreeSet<>();
        running().filter(other -> other != node).forEach(other -> others.add(other.address()));
        return others;
    }

    private int links() {
        return running()
                .mapToInt(node -> (int) node.peers().stream()
                        .filter(peer -> !peer.kind().isInbound())
                        .count())
                .sum();
    }

    /** Whether the running nodes are joined, each to each, by links between them. */
    private boolean isOneMesh() {
        List<DemoNode> alive = running().toList();
        Function<NetAddress, DemoNode> at = address -> alive.stream()
                .filter(node -> node.address().equals(address))
                .findFirst()
                .orElse(null);
        Set<DemoNode> reached = new LinkedHashSet<>();
        Deque<DemoNode> next = new ArrayDeque<>(List.of(alive.getFirst()));
        List<DemoNode[]> edges = new ArrayList<>();
        for (DemoNode node : alive) {
            for (PeerInfo peer : node.peers()) {
                DemoNode other = peer.kind().isInbound() ? null : at.apply(peer.address());
                if (other != null) {
                    edges.add(new DemoNode[] {node, other});
                }
            }
        }
        while (!next.isEmpty()) {
            DemoNode node = next.remove();
            if (reached.add(node)) {
                for (DemoNode[] edge : edges) {
                    if (edge[0] == node || edge[1] == node) {
                        next.add(edge[0] == node ? edge[1] : edge[0]);
                    }
                }
            }
        }
        return reached.size() == alive.size();
    }

    // Claims

    private void claim(String claim, BooleanSupplier check) throws InterruptedException {
        boolean holds = waitFor(check);
        narrator.claim(holds, claim);
        if (!holds) {
            failed.add(claim);
        }
    }

    private static boolean waitFor(BooleanSupplier check) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (!check.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }
}
