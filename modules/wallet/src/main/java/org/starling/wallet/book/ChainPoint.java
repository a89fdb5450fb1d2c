package org.starling.wallet.book;

import org.starling.bytes.Hash256;

/**
 * A block as far as a wallet looks at it.
 *
 * @param time of its header, in seconds since 1970
 * @param maxTime the latest time of it and those before it
 */
public record ChainPoint(Hash256 hash, int height, long time, long maxTime) {}
