package org.starling.wallet.book;

/**
 * What a wallet holds, in satoshis.
 *
 * @param trusted confirmed, or unconfirmed change of its own
 * @param pending unconfirmed payments by others
 * @param immature newly mined, not to be spent for 100 blocks
 * @param used of the trusted and pending, that on addresses that were spent from; 0 unless the wallet keeps it apart
 */
public record Balance(long trusted, long pending, long immature, long used) {}
