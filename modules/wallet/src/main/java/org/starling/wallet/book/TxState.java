package org.starling.wallet.book;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** Where a transaction of a wallet stands. */
public sealed interface TxState {
    /** In a block of the active chain, {@code index} transactions from its first. */
    record Confirmed(Hash256 block, int height, int index) implements TxState {}

    /** In this node's mempool. */
    record InMempool() implements TxState {}

    /** A block of the active chain has another transaction that spends the same, or that an ancestor spends. */
    record Conflicted(Hash256 block, int height) implements TxState {}

    /**
     * Neither in a block nor in the mempool.
     *
     * @param abandoned whether its owner gave it up, so that its inputs may be spent otherwise
     */
    record Inactive(boolean abandoned) implements TxState {}

    /** Writes what a restart keeps: the mempool is asked anew then. */
    default void write(ByteWriter writer) {
        switch (this) {
            case Confirmed(Hash256 block, int height, int index) ->
                writer.u8(1).hash256(block).i32(height).i32(index);
            case Conflicted(Hash256 block, int height) ->
                writer.u8(2).hash256(block).i32(height);
            case InMempool() -> writer.u8(0);
            case Inactive(boolean abandoned) -> writer.u8(abandoned ? 3 : 0);
        }
    }

    static TxState read(ByteReader reader) throws MalformedException {
        int kind = reader.u8();
        return switch (kind) {
            case 0 -> new Inactive(false);
            case 1 -> new Confirmed(reader.hash256(), reader.i32(), reader.i32());
            case 2 -> new Conflicted(reader.hash256(), reader.i32());
            case 3 -> new Inactive(true);
            default -> throw new MalformedException("a transaction's state is " + kind);
        };
    }
}
