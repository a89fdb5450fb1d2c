package org.starling.wallet.spend;

import org.starling.bytes.Bytes;

/**
 * Who is paid.
 *
 * @param amount in satoshis
 * @param paysFee whether its share of the fee is taken from the amount
 */
public record Recipient(Bytes scriptPubKey, long amount, boolean paysFee) {}
