package org.starling.chain;

/** Bytes that can be read at any position: a foreign block file, for one. */
public interface ByteSource {
    long size();

    /** Reads up to {@code length} bytes at {@code position}; returns how many there were, 0 past the end. */
    int read(long position, byte[] target, int offset, int length);
}
