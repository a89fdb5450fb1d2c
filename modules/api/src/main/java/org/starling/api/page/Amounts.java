package org.starling.api.page;

import java.math.BigDecimal;
import org.starling.consensus.Money;
import org.starling.mempool.Feerate;

/** Amounts and feerates as people write them, read exactly. */
final class Amounts {
    private static final int DECIMALS = 8;
    private static final int RATE_DECIMALS = 3;

    private Amounts() {}

    /** Bitcoin in satoshis, more than none of them. */
    static long read(String text) throws RefusedException {
        String written = text.strip();
        if (written.isEmpty()) {
            throw new RefusedException("amount", "How much? Write an amount in BTC.");
        }
        BigDecimal amount = decimal(written, "amount", "0.05");
        if (amount.stripTrailingZeros().scale() > DECIMALS) {
            throw new RefusedException(
                    "amount", "An amount has eight decimals at most: 0.00000001 BTC is the smallest there is.");
        }
        if (amount.signum() <= 0) {
            throw new RefusedException("amount", "The amount must be more than nothing.");
        }
        BigDecimal satoshis = amount.movePointRight(DECIMALS);
        if (satoshis.compareTo(BigDecimal.valueOf(Money.MAX)) > 0) {
            throw new RefusedException("amount", "There will never be more than 21 million bitcoin.");
        }
        return satoshis.longValueExact();
    }

    /** Satoshis per virtual byte. */
    static Feerate readRate(String text) throws RefusedException {
        String written = text.strip();
        if (written.isEmpty()) {
            throw new RefusedException("rate", "What is to be paid for each byte? Write a number of satoshis, like 2.");
        }
        BigDecimal rate = decimal(written, "rate", "2.5");
        if (rate.stripTrailingZeros().scale() > RATE_DECIMALS) {
            throw new RefusedException("rate", "A fee rate has three decimals at most.");
        }
        BigDecimal perKvb = rate.movePointRight(RATE_DECIMALS);
        if (perKvb.compareTo(BigDecimal.valueOf(Money.COIN)) > 0) {
            throw new RefusedException("rate", "More than 100,000 satoshis for each byte is surely a mistake.");
        }
        return new Feerate(perKvb.longValueExact());
    }

    private static BigDecimal decimal(String written, String field, String example) throws RefusedException {
        if (written.contains(",")) {
            throw new RefusedException(field, "Write it with a point and no comma, like " + example + ".");
        }
        if (!written.matches("[0-9]{1,12}(\\.[0-9]{0,20})?|\\.[0-9]{1,20}")) {
            throw new RefusedException(
                    field, "“" + shortened(written) + "” is no number; write one like " + example + ".");
        }
        return new BigDecimal(written);
    }

    private static String shortened(String text) {
        return text.length() <= 24 ? text : text.substring(0, 24) + "…";
    }

    static String show(long satoshis) {
        return Money.format(satoshis) + " BTC";
    }

    /** As the page shows a feerate, in sat/vB: 2, 2.5, 0.125. */
    static String show(Feerate rate) {
        return BigDecimal.valueOf(rate.satoshisPerKvb(), RATE_DECIMALS)
                .stripTrailingZeros()
                .toPlainString();
    }
}
