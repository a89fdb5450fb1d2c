package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UploadBudgetTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long DAY = 86_400_000;

    @Test
    void keepsAPartForWhatIsNew() {
        UploadBudget budget = new UploadBudget(1_000, 5);
        assertThat(budget.isSpentForOld(NOW)).isFalse();
        budget.sent(NOW, 279);
        assertThat(budget.isSpentForOld(NOW))
                .as("144 slots of 5 bytes are kept, 280 are free")
                .isFalse();
        budget.sent(NOW, 1);
        assertThat(budget.isSpentForOld(NOW)).isTrue();
        assertThat(budget.isSpent()).isFalse();
        assertThat(budget.isSpentForOld(NOW + DAY / 2)).as("later less is kept").isFalse();
        budget.sent(NOW + 1, 720);
        assertThat(budget.isSpent()).isTrue();
        assertThat(budget.bytesLeft()).isZero();
    }

    @Test
    void beginsAnewEachDay() {
        UploadBudget budget = new UploadBudget(1_000, 5);
        assertThat(budget.secondsLeft(NOW)).isEqualTo(UploadBudget.CYCLE_SECONDS);
        budget.sent(NOW, 1_000);
        assertThat(budget.secondsLeft(NOW + DAY / 4)).isEqualTo(UploadBudget.CYCLE_SECONDS * 3 / 4);
        budget.sent(NOW + DAY, 1);
        assertThat(budget.isSpent()).isTrue();
        budget.sent(NOW + DAY + 1_000, 10);
        assertThat(budget.isSpent()).isFalse();
        assertThat(budget.bytesLeft()).isEqualTo(990);
    }

    @Test
    void aTargetSmallerThanWhatIsKeptServesNothingOld() {
        assertThat(new UploadBudget(700, 5).isSpentForOld(NOW)).isTrue();
    }

    @Test
    void withoutATargetThereIsNoLimit() {
        UploadBudget budget = new UploadBudget(0, 5);
        budget.sent(NOW, Long.MAX_VALUE / 2);
        assertThat(budget.isSpent()).isFalse();
        assertThat(budget.isSpentForOld(NOW)).isFalse();
        assertThat(budget.secondsLeft(NOW)).isZero();
    }
}
