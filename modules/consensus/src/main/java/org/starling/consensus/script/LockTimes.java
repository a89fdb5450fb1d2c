package org.starling.consensus.script;

import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/** Whether a transaction waits as long as a script asks (BIP-0065, BIP-0112). Operands are not negative. */
final class LockTimes {
    /** Locktimes from here on are seconds since 1970, those below are heights. */
    private static final long THRESHOLD = 500_000_000;

    private static final long SEQUENCE_DISABLE = 1L << 31;
    private static final long SEQUENCE_SECONDS = 1L << 22;
    private static final long SEQUENCE_MASK = SEQUENCE_SECONDS | 0xffff;

    private LockTimes() {}

    static boolean isSatisfied(Transaction transaction, int input, long asked) {
        long lockTime = Integer.toUnsignedLong(transaction.lockTime());
        return lockTime < THRESHOLD == asked < THRESHOLD
                && asked <= lockTime
                && transaction.inputs().get(input).sequence() != TxIn.SEQUENCE_FINAL;
    }

    /** Whether the operand asks for nothing, as soft forks to come may give it a meaning. */
    static boolean isDisabled(long asked) {
        return (asked & SEQUENCE_DISABLE) != 0;
    }

    static boolean isRelativeSatisfied(Transaction transaction, int input, long asked) {
        long sequence = Integer.toUnsignedLong(transaction.inputs().get(input).sequence());
        if (Integer.compareUnsigned(transaction.version(), 2) < 0 || (sequence & SEQUENCE_DISABLE) != 0) {
            return false;
        }
        long has = sequence & SEQUENCE_MASK;
        long needs = asked & SEQUENCE_MASK;
        return has < SEQUENCE_SECONDS == needs < SEQUENCE_SECONDS && needs <= has;
    }
}
