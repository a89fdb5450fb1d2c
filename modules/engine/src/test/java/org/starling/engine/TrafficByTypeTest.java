package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrafficByTypeTest {
    @Test
    void messagesAndBytesAreSummedByType() {
        TrafficByType traffic = new TrafficByType();
        traffic.count("ping", 32);
        traffic.count("ping", 32);
        traffic.count("inv", 61);
        assertThat(traffic.of("ping")).isEqualTo(new TrafficByType.Sum(2, 64));
        assertThat(traffic.of("tx")).isEqualTo(new TrafficByType.Sum(0, 0));
        TrafficByType all = new TrafficByType();
        all.addAll(traffic);
        all.addAll(traffic);
        assertThat(all.sums()).containsOnlyKeys("inv", "ping").containsEntry("inv", new TrafficByType.Sum(2, 122));
    }

    @Test
    void typesBeyondTheLimitAreCountedTogether() {
        TrafficByType traffic = new TrafficByType();
        for (int i = 0; i < 10 * Limits.COUNTED_TYPES; i++) {
            traffic.count("type" + i, 1);
        }
        assertThat(traffic.sums()).hasSize(Limits.COUNTED_TYPES + 1);
        assertThat(traffic.of(TrafficByType.OTHER).messages()).isEqualTo(9L * Limits.COUNTED_TYPES);
    }
}
