package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.starling.bytes.Hash256;

@Timeout(600)
class ConvergenceTest {
    @Test
    void fiftyNodesConvergeAndTheTraceIsAFunctionOfTheSeed() throws Exception {
        Process twin = SecondJvm.start(ConvergenceScenario.class, "1");
        Hash256 first = new ConvergenceScenario(1).play();
        Hash256 other = new ConvergenceScenario(2).play();
        assertThat(SecondJvm.lastLine(twin)).isEqualTo(first.toString());
        assertThat(other).isNotEqualTo(first);
    }
}
