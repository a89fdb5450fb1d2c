package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.world.SeededRandomness;

class BlockSelectionTest {
    private final EntryMaker maker = new EntryMaker();
    private final SeededRandomness random = new SeededRandomness(3);

    private Collection<Entry> select(int maxWeight) {
        BlockAssembler.Options options =
                new BlockAssembler.Options(maxWeight, BlockAssembler.RESERVED_WEIGHT, new Feerate(1_000), null);
        BlockSelection selection =
                new BlockSelection(options, new Playground.Header(Hash256.ZERO, 0, Playground.START, null));
        selection.select(maker.graph.chunks());
        return selection.chosen();
    }

    private static void assertParentsFirst(Collection<Entry> chosen) {
        Set<Entry> before = new HashSet<>();
        for (Entry entry : chosen) {
            assertThat(before).containsAll(entry.parents);
            before.add(entry);
        }
    }

    @Test
    void whatDependsOnWhatDidNotFitStaysOut() {
        Entry large = maker.add(500_000, 2_000);
        Entry child = maker.add(20_000, 100, large);
        Entry other = maker.add(1_000, 100);

        assertThat(select(8_000)).containsExactly(other);
        assertThat(select(20_000)).containsExactly(large, child, other);
    }

    /** Each of the many that pay hangs on two of those that do not, so that no chunk could hold the whole cluster. */
    @Test
    void aClusterThatIsTooLargeForOneChunkIsTakenToItsEnd() {
        List<Entry> feet = new ArrayList<>(List.of(maker.add(random.below(100), 100)));
        for (int i = 0; i < 600; i++) {
            feet.add(maker.add(random.below(100), 100));
            maker.add(10_000 + random.below(5_000), 100, feet.get(i), feet.get(i + 1));
        }

        Collection<Entry> chosen = select(4_000_000);

        assertThat(maker.graph.chunks().bestFirst()).hasSizeGreaterThan(5);
        assertParentsFirst(chosen);
        assertThat(chosen).hasSize(1_201);
        assertParentsFirst(select(400_000));
    }

    /** As before, but woven at random, so that chunks may depend on each other both ways. */
    @Test
    void chunksThatDependOnEachOtherAreTakenToo() {
        for (int round = 0; round < 5; round++) {
            List<Entry> feet = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                feet.add(maker.add(random.below(100), 100));
            }
            for (int i = 0; i < 150; i++) {
                Set<Entry> parents = new LinkedHashSet<>();
                parents.add(feet.get(random.below(150)));
                parents.add(feet.get(random.below(150)));
                feet.add(maker.add(10_000 + random.below(5_000), 100, List.copyOf(parents)));
            }
        }

        Collection<Entry> chosen = select(4_000_000);

        assertParentsFirst(chosen);
        long poor = maker.graph.entries().stream()
                .filter(entry -> entry.fee < 100 && entry.children.isEmpty())
                .count();
        assertThat(chosen).hasSize(maker.graph.size() - (int) poor);
    }
}
