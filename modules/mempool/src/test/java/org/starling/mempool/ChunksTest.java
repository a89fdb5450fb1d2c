package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.starling.world.SeededRandomness;

class ChunksTest {
    private final SeededRandomness random = new SeededRandomness(7);
    private EntryMaker maker = new EntryMaker();

    /** Fees against sizes, from the best feerate on; a point after each chunk. */
    private static List<FeeSize> diagram(Collection<FeeSize> pieces) {
        List<FeeSize> chunks = new ArrayList<>();
        for (FeeSize piece : pieces) {
            FeeSize last = piece;
            while (!chunks.isEmpty() && last.compareFeerate(chunks.getLast()) >= 0) {
                last = chunks.removeLast().plus(last);
            }
            chunks.add(last);
        }
        return chunks;
    }

    private static FeeSize sum(Collection<Entry> entries) {
        FeeSize sum = FeeSize.ZERO;
        for (Entry entry : entries) {
            sum = sum.plus(new FeeSize(entry.modifiedFee(), entry.virtualSize));
        }
        return sum;
    }

    private static List<FeeSize> each(Collection<Entry> entries) {
        return entries.stream()
                .map(entry -> new FeeSize(entry.modifiedFee(), entry.virtualSize))
                .toList();
    }

    /** The fees that the first {@code size} virtual bytes bring, a chunk counted in part. */
    private static double feesAt(List<FeeSize> diagram, long size) {
        double fees = 0;
        long left = size;
        for (FeeSize chunk : diagram) {
            fees += (double) chunk.fee() * Math.min(left, chunk.size()) / chunk.size();
            left -= Math.min(left, chunk.size());
        }
        return fees;
    }

    private static void assertNoWorse(List<FeeSize> better, List<FeeSize> worse) {
        long size = 0;
        for (FeeSize chunk : worse) {
            size += chunk.size();
            assertThat(feesAt(better, size)).isGreaterThanOrEqualTo(feesAt(worse, size) - 1e-3);
        }
        size = 0;
        for (FeeSize chunk : better) {
            size += chunk.size();
            assertThat(feesAt(better, size)).isGreaterThanOrEqualTo(feesAt(worse, size) - 1e-3);
        }
    }

    private List<Entry> linearization() {
        List<Entry> all = new ArrayList<>();
        for (Chunk chunk : maker.graph.chunks().bestFirst()) {
            chunk.parts().forEach(all::addAll);
        }
        return all;
    }

    private List<FeeSize> kept() {
        return kept(maker.graph);
    }

    private static List<FeeSize> kept(EntryGraph graph) {
        return diagram(graph.chunks().bestFirst().stream()
                .map(chunk -> new FeeSize(chunk.fee, chunk.size))
                .toList());
    }

    /** The best order there is, found by trying all sets that a block could hold. */
    private List<FeeSize> bruteForce() {
        List<Entry> left = new ArrayList<>(maker.graph.entries());
        List<FeeSize> chunks = new ArrayList<>();
        while (!left.isEmpty()) {
            List<Entry> best = List.of();
            FeeSize most = FeeSize.ZERO;
            for (int set = 1; set < 1 << left.size(); set++) {
                List<Entry> chosen = new ArrayList<>();
                for (int i = 0; i < left.size(); i++) {
                    if ((set >> i & 1) == 1) {
                        chosen.add(left.get(i));
                    }
                }
                boolean complete = chosen.stream()
                        .allMatch(entry -> entry.parents.stream()
                                .allMatch(parent -> chosen.contains(parent) || !left.contains(parent)));
                FeeSize sum = sum(chosen);
                if (complete && (best.isEmpty() || sum.compareFeerate(most) > 0)) {
                    best = chosen;
                    most = sum;
                }
            }
            chunks.add(most);
            left.removeAll(best);
        }
        return diagram(chunks);
    }

    /** Again and again the transaction that pays best together with its ancestors. */
    private List<Entry> byAncestorFeerate() {
        Set<Entry> chosen = new LinkedHashSet<>();
        List<Entry> left = new ArrayList<>(maker.graph.entries());
        while (!left.isEmpty()) {
            List<Entry> best = List.of();
            for (Entry entry : left) {
                List<Entry> bundle = new ArrayList<>(EntryGraph.withAncestors(Set.of(entry)));
                bundle.removeAll(chosen);
                if (best.isEmpty() || sum(bundle).compareFeerate(sum(best)) > 0) {
                    best = bundle;
                }
            }
            best.sort(Chunk.PARENTS_FIRST);
            chosen.addAll(best);
            left.removeAll(chosen);
        }
        return new ArrayList<>(chosen);
    }

    private void checkForm() {
        Set<Entry> before = new HashSet<>();
        for (Entry entry : linearization()) {
            assertThat(before).as("parents first").containsAll(entry.parents);
            before.add(entry);
        }
        assertThat(before).hasSize(maker.graph.size());
        FeeSize last = null;
        for (Chunk chunk : maker.graph.chunks().bestFirst()) {
            FeeSize sum = sum(chunk.members);
            assertThat(sum).isEqualTo(new FeeSize(chunk.fee, chunk.size));
            assertThat(chunk.members).allMatch(entry -> entry.chunk == chunk);
            assertThat(last == null || last.compareFeerate(sum) >= 0)
                    .as("falling feerates")
                    .isTrue();
            for (List<Entry> part : chunk.parts()) {
                assertThat(sum(part).compareFeerate(sum)).isZero();
            }
            last = sum;
        }
    }

    private Entry addAtRandom(List<Entry> among, int mostParents) {
        Set<Entry> parents = new LinkedHashSet<>();
        for (int i = random.below(mostParents + 1); i > 0 && !among.isEmpty(); i--) {
            Entry parent = among.get(random.below(among.size()));
            if (maker.hasRoom(parent)) {
                parents.add(parent);
            }
        }
        return maker.add(random.below(1_000), 1 + random.below(20), List.copyOf(parents));
    }

    @Test
    void aSmallClusterIsInTheBestOrderThereIs() {
        for (int round = 0; round < 400; round++) {
            maker = new EntryMaker();
            List<Entry> all = new ArrayList<>();
            while (all.size() < 3 + round % 6) {
                all.add(addAtRandom(all, 3));
            }
            assertThat(kept()).isEqualTo(bruteForce());
            maker.graph.setFeeDelta(all.get(random.below(all.size())), random.below(2_000) - 1_000);
            assertThat(kept()).isEqualTo(bruteForce());
            Entry gone = all.get(random.below(all.size()));
            maker.graph.remove(gone.parents.isEmpty() ? Set.of(gone) : EntryGraph.withDescendants(Set.of(gone)));
            assertThat(kept()).isEqualTo(bruteForce());
            if (gone.parents.isEmpty()) {
                maker.addAgain(gone);
                assertThat(kept()).isEqualTo(bruteForce());
            }
            checkForm();
        }
    }

    @Test
    void largerClustersAreInNoWorseOrderThanByAncestors() {
        for (int round = 0; round < 12; round++) {
            maker = new EntryMaker();
            List<Entry> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                all.add(addAtRandom(all, 2));
            }
            checkForm();
            assertNoWorse(kept(), diagram(each(byAncestorFeerate())));
            for (int i = 0; i < 20; i++) {
                maker.graph.remove(
                        EntryGraph.withDescendants(Set.of(linearization().getLast())));
                Entry first = linearization().getFirst();
                maker.graph.remove(Set.of(first));
            }
            checkForm();
            if (maker.graph.size() > 0) {
                assertNoWorse(kept(), diagram(each(byAncestorFeerate())));
            }
        }
    }

    @Test
    void aTransactionMoreNeverMakesTheOrderWorse() {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            List<FeeSize> before = new ArrayList<>(each(linearization()));
            Entry added = addAtRandom(all, 3);
            all.add(added);
            before.add(new FeeSize(added.fee, added.virtualSize));
            assertNoWorse(kept(), diagram(before));
        }
        checkForm();
    }

    /** The same transactions in a graph of their own, parents first. */
    private EntryGraph anew() {
        EntryGraph graph = new EntryGraph();
        List<Entry> sorted = new ArrayList<>(maker.graph.entries());
        sorted.sort(Chunk.PARENTS_FIRST);
        for (Entry old : sorted) {
            graph.add(new Entry(old.transaction, old.fee, old.feeDelta, 1_000, 1, 1, 4, old.virtualSize, false));
        }
        return graph;
    }

    @Test
    void anOrderThatWentThroughManyChangesIsAsGoodAsANewOne() {
        List<Entry> all = new ArrayList<>();
        List<Entry> gone = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            switch (all.size() < 40 ? 0 : random.below(6)) {
                case 0, 1, 2 -> all.add(addAtRandom(all.subList(Math.max(0, all.size() - 30), all.size()), 2));
                case 3 -> maker.graph.setFeeDelta(all.get(random.below(all.size())), random.below(2_000) - 1_000);
                case 4 -> {
                    Entry first = linearization().getFirst();
                    maker.graph.remove(Set.of(first));
                    all.remove(first);
                    gone.add(first);
                }
                default -> {
                    Set<Entry> dropped = EntryGraph.withDescendants(
                            all.size() < 80
                                    ? maker.graph.chunks().worst().parts().getLast()
                                    : Set.of(all.getFirst()));
                    maker.graph.remove(dropped);
                    all.removeAll(dropped);
                }
            }
            if (random.below(10) == 0 && !gone.isEmpty()) {
                all.add(maker.addAgain(gone.removeLast()));
            }
            if (step % 50 == 0) {
                checkForm();
                assertThat(kept()).isEqualTo(kept(anew()));
            }
        }
        assertThat(gone).isNotEmpty();
    }

    @Test
    void whatPaysAlikeIsTakenAndDroppedOneByOne() {
        Entry first = maker.add(1_000, 100);
        Entry second = maker.add(1_000, 100, first);
        Entry poor = maker.add(0, 100, second);
        Entry sponsor = maker.add(2_000, 100, poor);

        Chunk only = maker.graph.chunks().worst();

        assertThat(only.parts()).containsExactly(List.of(first), List.of(second), List.of(poor, sponsor));
    }

    @Test
    void aChildThatPaysForTwoParentsPullsTheOneOutOfAnotherChunk() {
        Entry left = maker.add(100, 100);
        Entry right = maker.add(300, 100);
        Entry leftChild = maker.add(5_000, 100, left);
        Entry both = maker.add(9_000, 100, left, right);

        assertThat(maker.graph.chunks().bestFirst()).hasSize(1);
        assertThat(linearization()).containsExactlyInAnyOrder(left, right, leftChild, both);
        maker.graph.remove(Set.of(both));
        assertThat(linearization()).containsExactly(left, leftChild, right);
        maker.graph.setFeeDelta(leftChild, -4_950);
        assertThat(linearization()).containsExactly(right, left, leftChild);
    }

    /** Children of two neighbours each, so that limits on ancestors and descendants never end the cluster. */
    @Test
    void aClusterOfThousandsCostsLittlePerTransaction() {
        Chunks chunks = maker.graph.chunks();
        List<Entry> feet = new ArrayList<>(List.of(maker.add(random.below(100), 100)));
        long most = 0;
        for (int i = 0; i < 3_000; i++) {
            long before = chunks.work();
            feet.add(maker.add(random.below(100), 100));
            maker.add(10_000 + random.below(5_000), 100, feet.get(i), feet.get(i + 1));
            most = Math.max(most, chunks.work() - before);
        }
        long adding = chunks.work();
        maker.graph.remove(Set.of(feet.getFirst()));
        maker.graph.remove(EntryGraph.withDescendants(Set.of(feet.get(1_500))));

        assertThat(chunks.work() - adding).isLessThan(5_000);
        assertThat(chunks.bestFirst()).allMatch(chunk -> chunk.members.size() <= Chunks.MAX_MEMBERS);
        assertThat(most)
                .as("work of one transaction, in transactions looked at")
                .isLessThan(5_000);
        assertThat(adding / 6_000).as("on average").isLessThan(100);
    }
}
