package org.starling.simulator.scenario;

import java.util.PriorityQueue;
import org.starling.simulator.SimulatedWorld;

/**
 * What the scenario does at which time. Its actions come from outside of the world, one after the other: they may call
 * nodes and wait for the answer.
 */
final class Agenda {
    private final SimulatedWorld world;
    private final PriorityQueue<Item> items = new PriorityQueue<>();
    private long sequence;

    private record Item(long millis, long sequence, Runnable action) implements Comparable<Item> {
        @Override
        public int compareTo(Item other) {
            int order = Long.compare(millis, other.millis);
            return order == 0 ? Long.compare(sequence, other.sequence) : order;
        }
    }

    Agenda(SimulatedWorld world) {
        this.world = world;
    }

    void at(long millis, Runnable action) {
        items.add(new Item(millis, sequence++, action));
    }

    void after(double millis, Runnable action) {
        at(world.millis() + (long) millis, action);
    }

    /** Does the action again and again, the first time after one interval. */
    void every(long millis, Runnable action) {
        at(world.millis() + millis, () -> {
            action.run();
            every(millis, action);
        });
    }

    /** Lets the world go on until then. */
    void runUntil(long endMillis) {
        while (world.millis() < endMillis) {
            Item next = items.peek();
            long stop = next == null ? endMillis : Math.min(endMillis, next.millis);
            if (stop > world.millis()) {
                world.run(stop - world.millis());
            }
            while (!items.isEmpty() && items.peek().millis <= world.millis()) {
                items.remove().action.run();
            }
        }
    }
}
