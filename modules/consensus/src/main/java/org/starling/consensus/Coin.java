package org.starling.consensus;

/**
 * An unspent output, with what the rules need to know about where it came from.
 *
 * @param height of the block that holds it
 * @param coinbase whether a coinbase made it, which delays its spending by 100 blocks
 */
public record Coin(TxOut output, int height, boolean coinbase) {}
