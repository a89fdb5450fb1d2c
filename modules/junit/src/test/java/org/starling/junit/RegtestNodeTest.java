package org.starling.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;

@Timeout(60)
class RegtestNodeTest {
    private static final Bytes SOMEONE = Bytes.fromHex("0020" + "02".repeat(32));
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long COINS = 11 * 50 * 100_000_000L;

    @RegtestNode
    private static FundedNode ofTheClass;

    @RegtestNode
    private FundedNode ofTheTest;

    @Test
    void aParameterIsAFundedNode(@RegtestNode FundedNode node) {
        assertThat(node.node().height()).isEqualTo(FundedNode.HEIGHT);
        assertThat(node.purse().spendable(FundedNode.HEIGHT)).isEqualTo(COINS);

        Transaction payment = node.pay(SOMEONE, 100_000);
        assertThat(node.node().inMempool(payment.txid())).isEqualTo(payment);
        node.generate(1);
        assertThat(node.node().block(node.node().tip()).transactions()).contains(payment);
    }

    @RepeatedTest(2)
    void aFieldHasANewNodeForEachTestButAStaticOneKeepsItsOwn() {
        assertThat(ofTheTest.node().height()).isEqualTo(FundedNode.HEIGHT);
        ofTheTest.generate(1);
        assertThat(ofTheTest.node().height()).isEqualTo(FundedNode.HEIGHT + 1);
        assertThat(ofTheClass.node().height()).isEqualTo(FundedNode.HEIGHT);
    }

    @Test
    void connectedNodesHearOfEachOther(@RegtestNode FundedNode first, @RegtestNode(connected = true) FundedNode second)
            throws Exception {
        assertThat(first.node().peers()).hasSize(1);
        assertThat(second.node().peers()).hasSize(1);

        Transaction payment = first.pay(SOMEONE, 100_000);
        second.node().awaitTransaction(payment.txid(), SOON);
        second.generate(1);
        first.node().awaitTip(second.node().tip(), SOON);
        assertThat(first.node().inMempool(payment.txid())).isNull();
    }

    @Test
    void whoPaysMoreThanThereIsIsToldHowMuchThereIs(@RegtestNode FundedNode node) {
        assertThatThrownBy(() -> node.pay(SOMEONE, COINS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The purse has " + COINS);
    }

    /** The median of several, because other processes have the processor too at times. */
    @Test
    void aNodeAfterTheFirstIsThereInHalfASecond() throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            long before = System.nanoTime();
            try (FundedNode node = Template.start()) {
                assertThat(node.purse().spendable(FundedNode.HEIGHT)).isEqualTo(COINS);
                millis.add((System.nanoTime() - before) / 1_000_000);
            }
        }
        Collections.sort(millis);
        System.out.println("regtest nodes started, ms: " + millis);
        assertThat(millis.get(4)).isLessThan(500);
    }
}
