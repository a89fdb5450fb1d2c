package org.starling.app.fuzz;

/**
 * Something that takes any bytes from outside. It finds no fault with bytes that do not decode, and throws when something is
 * wrong with us: an exception that nobody expects, or a promise that does not hold.
 */
@FunctionalInterface
public interface Target {
    void accept(byte[] input) throws Exception;
}
