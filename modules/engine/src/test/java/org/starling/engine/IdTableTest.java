package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.starling.world.SeededRandomness;

class IdTableTest {
    @Test
    void thingsStandInTheOrderOfTheirNumbers() {
        IdTable<String> table = new IdTable<>();
        table.add(7, "seven");
        table.add(3, "three");
        assertThat(table.values()).isEqualTo(List.of("three", "seven"));
        assertThat(table.get(7)).isEqualTo("seven");
        assertThat(table.get(5)).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> table.add(3, "another"));
        assertThat(table.remove(3)).isEqualTo("three");
        assertThat(table.remove(3)).isNull();
        assertThat(table.ids()).containsExactly(7);
    }

    @Test
    void aNaiveTwinHoldsTheSame() {
        SeededRandomness random = new SeededRandomness(1);
        IdTable<Integer> table = new IdTable<>();
        TreeMap<Long, Integer> naive = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            long id = random.below(60);
            if (naive.containsKey(id)) {
                assertThat(table.remove(id)).isEqualTo(naive.remove(id));
            } else {
                assertThat(table.remove(id)).isNull();
                table.add(id, i);
                naive.put(id, i);
            }
            assertThat(table.values()).isEqualTo(List.copyOf(naive.values()));
        }
    }
}
