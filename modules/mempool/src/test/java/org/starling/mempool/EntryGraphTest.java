package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Sha256;
import org.starling.world.SeededRandomness;

/** The sums that are kept must always be those that a recount gives. */
class EntryGraphTest {
    private static final int OUTPUTS = 4;

    private final SeededRandomness random = new SeededRandomness(42);
    private final List<Transaction> made = new ArrayList<>();
    private final EntryGraph graph = new EntryGraph();
    private int fresh;

    private OutPoint source() {
        if (made.isEmpty() || random.below(4) == 0) {
            return new OutPoint(Sha256.once(new ByteWriter().i32(fresh++).toBytes()), 0);
        }
        return made.get(random.below(made.size())).outPoint(random.below(OUTPUTS));
    }

    private Transaction transaction() {
        Set<OutPoint> sources = new LinkedHashSet<>();
        for (int i = 0; i <= random.below(3); i++) {
            sources.add(source());
        }
        List<TxOut> outputs = new ArrayList<>();
        for (int i = 0; i < OUTPUTS; i++) {
            outputs.add(new TxOut(random.below(1000), Bytes.EMPTY));
        }
        return Transaction.of(
                2, sources.stream().map(from -> new TxIn(from, Bytes.EMPTY, -1)).toList(), outputs, 0);
    }

    private void tryToAdd(Transaction transaction) {
        boolean conflicts = transaction.inputs().stream().anyMatch(input -> graph.spender(input.previous()) != null);
        if (!conflicts && graph.byTxid(transaction.txid()) == null) {
            graph.add(new Entry(
                    transaction,
                    random.below(10_000),
                    0,
                    random.below(1_000),
                    1,
                    1,
                    random.below(100),
                    100 + random.below(1_000),
                    false));
        }
    }

    @Test
    void sumsAgreeWithARecount() {
        for (int step = 0; step < 3_000; step++) {
            switch (random.below(6)) {
                case 0, 1, 2 -> {
                    Transaction transaction = transaction();
                    made.add(transaction);
                    tryToAdd(transaction);
                }
                // One that was removed, perhaps beneath children that stayed.
                case 3 -> tryToAdd(made.isEmpty() ? transaction() : made.get(random.below(made.size())));
                case 4 -> {
                    if (graph.size() > 60) {
                        Entry any = any();
                        boolean alone = any.parents.isEmpty() && random.below(2) == 0;
                        graph.remove(alone ? Set.of(any) : EntryGraph.withDescendants(Set.of(any)));
                    }
                }
                default -> {
                    if (graph.size() > 0) {
                        graph.setFeeDelta(any(), random.below(10_000) - 5_000);
                    }
                }
            }
            if (step % 50 == 0) {
                recount();
            }
        }
        assertThat(graph.size()).isGreaterThan(50);
    }

    private Entry any() {
        return new ArrayList<>(graph.entries()).get(random.below(graph.size()));
    }

    private void recount() {
        long usage = 0;
        for (Entry entry : graph.entries()) {
            Set<Entry> ancestors = EntryGraph.withAncestors(Set.of(entry));
            Set<Entry> descendants = EntryGraph.withDescendants(Set.of(entry));
            assertThat(entry.parents).isEqualTo(graph.parentsOf(entry.transaction.inputs()));
            assertThat(entry.ancestorCount).isEqualTo(ancestors.size());
            assertThat(entry.ancestorSize).isEqualTo(sum(ancestors, each -> each.virtualSize));
            assertThat(entry.ancestorFees).isEqualTo(sum(ancestors, Entry::modifiedFee));
            assertThat(entry.ancestorSigOpsCost).isEqualTo(sum(ancestors, each -> each.sigOpsCost));
            assertThat(entry.descendantCount).isEqualTo(descendants.size());
            assertThat(entry.descendantSize).isEqualTo(sum(descendants, each -> each.virtualSize));
            assertThat(entry.descendantFees).isEqualTo(sum(descendants, Entry::modifiedFee));
            usage += entry.usage;
        }
        assertThat(graph.usage()).isEqualTo(usage);
        List<Entry> byTime = graph.entriesByTime();
        assertThat(byTime).isSortedAccordingTo(Entry::compareByTime).hasSize(graph.size());
        if (byTime.size() > 10) {
            long middle = byTime.get(byTime.size() / 2).time;
            assertThat(graph.olderThan(middle)).isNotEmpty().allMatch(entry -> entry.time < middle);
            assertThat(graph.olderThan(byTime.getFirst().time)).isEmpty();
        }
    }

    private static long sum(Set<Entry> entries, ToLongFunction<Entry> part) {
        return entries.stream().mapToLong(part).sum();
    }
}
