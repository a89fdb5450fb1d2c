package org.starling.consensus;

/** Amounts in satoshis, and the range that consensus allows them. */
public final class Money {
    /** Satoshis in a bitcoin. */
    public static final long COIN = 1_0000_0000L;

    /** No valid amount or sum of amounts is larger. It is a bound for sanity, not the number of coins to be. */
    public static final long MAX = 21_000_000 * COIN;

    private Money() {}

    public static boolean inRange(long satoshis) {
        return satoshis >= 0 && satoshis <= MAX;
    }

    /** In bitcoin with two to eight decimals, as messages show it: 0.00, 1.50, -0.00000001. */
    public static String format(long satoshis) {
        long magnitude = Math.abs(satoshis);
        String text = "%d.%08d".formatted(magnitude / COIN, magnitude % COIN);
        int end = text.length();
        int least = text.indexOf('.') + 3;
        while (end > least && text.charAt(end - 1) == '0') {
            end--;
        }
        return (satoshis < 0 ? "-" : "") + text.substring(0, end);
    }
}
