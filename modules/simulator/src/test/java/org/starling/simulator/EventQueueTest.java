package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.starling.world.SeededRandomness;

class EventQueueTest {
    private record Item(long micros, int number) {}

    @Test
    void eventsComeByTimeAndThenInTheOrderOfTheirAdding() {
        EventQueue<String> queue = new EventQueue<>();
        queue.add(20, "later");
        queue.add(10, "first");
        queue.add(10, "second");
        assertThat(queue.firstMicros()).isEqualTo(10);
        assertThat(queue.remove() + " " + queue.remove() + " " + queue.remove()).isEqualTo("first second later");
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.firstMicros()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aNaiveTwinGivesTheSameOrder() {
        SeededRandomness random = new SeededRandomness(4);
        EventQueue<Item> queue = new EventQueue<>();
        PriorityQueue<Item> naive =
                new PriorityQueue<>(Comparator.comparingLong(Item::micros).thenComparingInt(Item::number));
        for (int i = 0; i < 100_000; i++) {
            if (queue.isEmpty() || random.below(100) < 52) {
                Item item = new Item(random.below(1_000), i);
                queue.add(item.micros(), item);
                naive.add(item);
            } else {
                assertThat(queue.remove()).isEqualTo(naive.remove());
            }
            assertThat(queue.size()).isEqualTo(naive.size());
        }
    }
}
