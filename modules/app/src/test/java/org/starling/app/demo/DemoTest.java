package org.starling.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

class DemoTest {
    @Test
    @Timeout(300)
    void everyClaimOfTheStoryHolds() {
        assertThat(new CommandLine(new DemoCommand()).execute("--once")).isZero();
    }
}
