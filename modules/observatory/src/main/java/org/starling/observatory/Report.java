package org.starling.observatory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.engine.NetAddress;
import org.starling.world.Randomness;

/**
 * How decentralized the network is, as far as one node can see it.
 *
 * @param views the concentration by several kinds of holders
 * @param eclipse the risk that all we hear comes from one hand
 */
public record Report(List<View> views, Eclipse eclipse) {
    /** Holders named in a view, the largest first. */
    private static final int NAMED = 5;

    /** Samples smaller than this say little, and the words tell so. */
    private static final int SMALL_SAMPLE = 30;

    public Report {
        views = List.copyOf(views);
    }

    /** One who has a part of what was counted. */
    public record Holder(String name, int count) {}

    /**
     * What was counted, and in how few hands it is.
     *
     * @param name short, for programs
     * @param concentration null if there was nothing to count
     * @param largest the largest holders, at most five
     * @param words for people: what it means, and what it does not prove
     */
    public record View(String name, @Nullable Concentration concentration, List<Holder> largest, String words) {
        public View {
            largest = List.copyOf(largest);
        }
    }

    /**
     * The links that we opened ourselves, which an attacker must all hold to show us a world of their own.
     *
     * @param links how many there are
     * @param operators how many operators hold them: so many would have to collude
     * @param holders the operators, those with most links first
     * @param words for people
     */
    public record Eclipse(int links, int operators, List<Holder> holders, String words) {
        public Eclipse {
            holders = List.copyOf(holders);
        }
    }

    /** Counts what a node sees. */
    public static Report of(Sightings seen, Operators operators, Randomness random) {
        Viewer viewer = new Viewer(random);
        List<View> views = List.of(
                viewer.view(
                        "links_by_operator",
                        seen.links(),
                        operators::of,
                        "open links by the part of the network that the peer is in",
                        "It is this node's choice of peers, not the network at large: the links that it opens never lead"
                                + " to one part twice, so that they look more spread than the network is. And one"
                                + " operator may hold many parts of it."),
                viewer.view(
                        "addresses_by_operator",
                        seen.known(),
                        operators::of,
                        "known addresses by the part of the network that they are in",
                        "Addresses are hearsay: whoever tells many, true or not, weighs more; one operator may hold many"
                                + " parts of the network."),
                viewer.view(
                        "addresses_by_network",
                        seen.known(),
                        (NetAddress address) -> address.network().label(),
                        "known addresses by network",
                        "Networks that this node cannot reach are told of less."),
                viewer.view(
                        "peers_by_client",
                        seen.userAgents(),
                        Report::client,
                        "peers by the software that they say they run",
                        "A peer may say what it likes, and different names may share their code."),
                viewer.view(
                        "blocks_by_payout",
                        seen.coinbases(),
                        CoinbaseTag::payout,
                        "recent blocks by the script that is paid for them",
                        "A miner that uses a new address for each block looks like many; pools mine for many who could"
                                + " leave."),
                viewer.view(
                        "blocks_by_tag",
                        seen.coinbases(),
                        (org.starling.consensus.Transaction coinbase) -> {
                            String tag = CoinbaseTag.of(coinbase);
                            return tag.isEmpty() ? "(no tag)" : tag;
                        },
                        "recent blocks by what their miners call themselves",
                        "Names are not signed: several may be one company, or rent their templates from one."));
        return new Report(views, eclipse(seen.outbound(), operators));
    }

    /** The name in a user agent (BIP-0014), without its version. */
    static String client(String userAgent) {
        String name = userAgent.strip().replaceFirst("^/+", "").replaceFirst("[:/(].*$", "");
        return name.isEmpty() ? "(none)" : name;
    }

    private static Eclipse eclipse(List<NetAddress> outbound, Operators operators) {
        List<Holder> holders = holders(outbound, operators::of);
        String words;
        if (outbound.isEmpty()) {
            words =
                    "This node has opened no links. What it hears comes from peers that chose it, so anyone who wants to can"
                            + " be all of them.";
        } else if (holders.size() == 1) {
            words = "All " + outbound.size() + " links that this node opened lead to one part of the network ("
                    + holders.getFirst().name() + "): whoever holds it decides what this node hears.";
        } else {
            words = "The " + outbound.size() + " links that this node opened lead to " + holders.size()
                    + " parts of the network: so many operators would have to collude to decide all that it hears. That is"
                    + " an upper bound, since one operator may hold several parts, and whoever sits on the line to this"
                    + " node needs none of them.";
        }
        return new Eclipse(outbound.size(), holders.size(), holders, words);
    }

    private static <T> List<Holder> holders(List<T> members, Function<T, String> holderOf) {
        Map<String, Integer> counts = new TreeMap<>();
        members.forEach(member -> counts.merge(holderOf.apply(member), 1, Integer::sum));
        List<Holder> holders = new ArrayList<>();
        counts.forEach((name, count) -> holders.add(new Holder(name, count)));
        holders.sort(Comparator.comparingInt(Holder::count).reversed().thenComparing(Holder::name));
        return holders;
    }

    /** Makes views, each with random draws of its own. */
    private record Viewer(Randomness random) {
        <T> View view(String name, List<T> members, Function<T, String> holderOf, String what, String caution) {
            if (members.isEmpty()) {
                return new View(name, null, List.of(), "There is nothing to count yet: " + what + ".");
            }
            List<Holder> holders = holders(members, holderOf);
            Concentration measured =
                    Concentration.of(holders.stream().map(Holder::count).toList(), random.child(name));
            return new View(
                    name,
                    measured,
                    holders.subList(0, Math.min(NAMED, holders.size())),
                    words(measured, what, holders.getFirst()) + " " + caution);
        }

        private static String words(Concentration measured, String what, Holder largest) {
            int nakamoto = (int) measured.nakamoto().value();
            String text = String.format(
                    Locale.ROOT,
                    "Of %d %s, %s has %.0f %%; %s would do for more than half (%.0f to %.0f, were the sample another)."
                            + " They are as concentrated as %.1f equal holders would be.",
                    measured.sample(),
                    what,
                    largest.name(),
                    100.0 * largest.count() / measured.sample(),
                    nakamoto == 1 ? "the largest alone" : "the largest " + nakamoto + " together",
                    measured.nakamoto().low(),
                    measured.nakamoto().high(),
                    measured.effective().value());
            return measured.sample() < SMALL_SAMPLE ? text + " So small a sample proves little." : text;
        }
    }
}
