package org.starling.examples.shop;

import java.util.LinkedHashMap;
import java.util.Map;
import org.starling.embed.Node;
import org.starling.embed.Wallet;

/**
 * Sells things for bitcoin. Each order has an address of its own; the shop's node, which asks nobody else, tells when it was
 * paid and how deep the payment is in the chain.
 */
public final class Shop {
    private final Wallet till;
    private final int confirmations;
    private final Map<String, Order> orders = new LinkedHashMap<>();

    /** How an order stands. */
    public enum State {
        /** Nothing has come, or too little. */
        OPEN,
        /** The money is on its way, but could still be spent otherwise. */
        SEEN,
        /** The payment is deep enough in the chain. */
        PAID
    }

    /**
     * What a customer is to pay.
     *
     * @param address where to, for this order alone
     */
    public record Order(String number, String address, long satoshis) {}

    /**
     * Opens a shop.
     *
     * @param confirmations blocks, with the payment's own, after which an order counts as paid
     */
    public Shop(Node node, int confirmations) {
        this.till = node.createWallet("till");
        this.confirmations = confirmations;
    }

    /** Takes an order. */
    public synchronized Order order(String number, long satoshis) {
        Order order = new Order(number, till.newAddress("order " + number), satoshis);
        orders.put(number, order);
        return order;
    }

    /** How an order of this number stands at this moment; a reorganisation may take it back. */
    public synchronized State state(String number) {
        Order order = orders.get(number);
        if (order == null) {
            throw new IllegalArgumentException("there is no order " + number);
        }
        if (till.received(order.address(), confirmations) >= order.satoshis()) {
            return State.PAID;
        }
        return till.received(order.address(), 0) >= order.satoshis() ? State.SEEN : State.OPEN;
    }

    /** Satoshis that the shop can spend. */
    public long earned() {
        return till.balance().trusted();
    }
}
