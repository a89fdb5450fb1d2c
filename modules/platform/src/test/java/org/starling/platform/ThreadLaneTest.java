package org.starling.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadLaneTest {
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

    private ThreadLane lane() {
        return new ThreadLane("lane", System::currentTimeMillis, failure::complete);
    }

    @Test
    void tasksRunOneAfterAnotherAndAllBeforeItCloses() {
        List<Integer> order = new ArrayList<>();
        try (ThreadLane lane = lane()) {
            for (int i = 0; i < 1000; i++) {
                int number = i;
                lane.execute(() -> order.add(number));
            }
        }
        assertThat(order).hasSize(1000).isSorted();
    }

    @Test
    void anAppointmentIsKeptAndReplacedByALaterOne() throws Exception {
        CompletableFuture<String> kept = new CompletableFuture<>();
        try (ThreadLane lane = lane()) {
            lane.appoint(System.currentTimeMillis() + 3_600_000, () -> kept.complete("the first"));
            lane.appoint(System.currentTimeMillis() + 5, () -> kept.complete("the second"));
            assertThat(kept.get(10, TimeUnit.SECONDS)).isEqualTo("the second");
        }
    }

    @Test
    void whatACallThrowsIsTheCallersAndWhatATaskThrowsEndsTheLane() throws Exception {
        try (ThreadLane lane = lane()) {
            CompletableFuture<String> call = lane.call(() -> {
                throw new IllegalArgumentException("of the caller");
            });
            assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("of the caller");
            lane.execute(() -> {
                throw new IllegalStateException("broken invariant");
            });
            assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessage("broken invariant");
        }
    }
}
