package org.starling.bitcoin.message;

/** A message of BIP-0037, by which light clients have transactions and blocks filtered for them. */
public sealed interface BloomMessage extends Message permits FilterLoad, FilterAdd, FilterClear, MerkleBlock {}
