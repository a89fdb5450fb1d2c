package org.starling.mempool;

import org.starling.consensus.Money;

/** A fee per size: satoshis for a thousand virtual bytes. */
public record Feerate(long satoshisPerKvb) implements Comparable<Feerate> {
    public static final Feerate ZERO = new Feerate(0);

    /** The rate, rounded down, at which a transaction of that size pays that fee. */
    public static Feerate of(long satoshis, long virtualBytes) {
        return virtualBytes > 0 ? new Feerate(satoshis * 1000 / virtualBytes) : ZERO;
    }

    /** The fee, rounded up, of a transaction of that size. */
    public long fee(long virtualBytes) {
        long product = satoshisPerKvb * virtualBytes;
        return satoshisPerKvb > 0 ? Math.ceilDiv(product, 1000) : product / 1000;
    }

    public Feerate plus(Feerate other) {
        return new Feerate(satoshisPerKvb + other.satoshisPerKvb);
    }

    public static Feerate max(Feerate one, Feerate other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    public static Feerate min(Feerate one, Feerate other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    @Override
    public int compareTo(Feerate other) {
        return Long.compare(satoshisPerKvb, other.satoshisPerKvb);
    }

    /** As messages show it: {@code 0.00001000 BTC/kvB}. */
    @Override
    public String toString() {
        return "%d.%08d BTC/kvB".formatted(satoshisPerKvb / Money.COIN, satoshisPerKvb % Money.COIN);
    }
}
