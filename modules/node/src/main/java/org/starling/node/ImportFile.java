package org.starling.node;

import org.starling.bytes.Bytes;
import org.starling.chain.ByteSource;

/**
 * A file of blocks to take in ({@code -loadblock}).
 *
 * @param name for the log
 * @param xorKey the eight bytes that it is XORed with; empty for none
 */
public record ImportFile(String name, ByteSource source, Bytes xorKey) {}
