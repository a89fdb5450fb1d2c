package org.starling.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.starling.consensus.Transaction;
import org.starling.examples.shop.Shop.Order;
import org.starling.examples.shop.Shop.State;
import org.starling.junit.FundedNode;
import org.starling.junit.RegtestNode;

/** A customer and a shop, each with a node of its own; both are ready in milliseconds. */
class ShopTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @RegtestNode
    private FundedNode customer;

    @RegtestNode(connected = true)
    private FundedNode merchant;

    @Test
    void anOrderIsPaidOnceItIsDeepEnough() throws Exception {
        Shop shop = new Shop(merchant.node(), 2);
        Order order = shop.order("1001", 250_000);
        assertThat(shop.state("1001")).isEqualTo(State.OPEN);

        Transaction payment = customer.pay(order.address(), 250_000);
        merchant.node().awaitTransaction(payment.txid(), SOON);
        assertThat(shop.state("1001")).isEqualTo(State.SEEN);

        customer.generate(1);
        merchant.node().awaitTip(customer.node().tip(), SOON);
        assertThat(shop.state("1001")).as("one block is not enough").isEqualTo(State.SEEN);
        customer.generate(1);
        merchant.node().awaitTip(customer.node().tip(), SOON);
        assertThat(shop.state("1001")).isEqualTo(State.PAID);
        assertThat(shop.earned()).isEqualTo(250_000);
    }

    @Test
    void tooLittleIsNotEnough() throws Exception {
        Shop shop = new Shop(merchant.node(), 1);
        Order order = shop.order("1002", 250_000);
        customer.pay(order.address(), 249_999);
        customer.generate(1);
        merchant.node().awaitTip(customer.node().tip(), SOON);
        assertThat(shop.state("1002")).isEqualTo(State.OPEN);
    }
}
