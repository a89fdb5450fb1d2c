package org.starling.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Locale;

/**
 * A request to be paid, as wallets pass it on (BIP-0021).
 *
 * @param address as it was written
 * @param satoshis 0 if the payer chooses
 * @param label who is to be paid; may be empty
 * @param message what for; may be empty
 */
record PaymentLink(String address, long satoshis, String label, String message) {
    private static final String SCHEME = "bitcoin:";

    /** Longest link that is looked at, in characters. */
    private static final int MAX_LENGTH = 2_000;

    static boolean isLink(String text) {
        return text.strip().toLowerCase(Locale.ROOT).startsWith(SCHEME);
    }

    /** Reads a link, or an address alone. */
    static PaymentLink read(String text) throws RefusedException {
        String link = text.strip();
        if (link.length() > MAX_LENGTH) {
            throw new RefusedException("to", "This is too long for an address or a payment link.");
        }
        if (!isLink(link)) {
            return new PaymentLink(link, 0, "", "");
        }
        String rest = link.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        PaymentLink read = new PaymentLink(mark < 0 ? rest : rest.substring(0, mark), 0, "", "");
        for (String parameter :
                mark < 0 ? new String[0] : rest.substring(mark + 1).split("&", -1)) {
            read = read.with(parameter);
        }
        return read;
    }

    private PaymentLink with(String parameter) throws RefusedException {
        int equals = parameter.indexOf('=');
        String key = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = decode(equals < 0 ? "" : parameter.substring(equals + 1));
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "amount" -> new PaymentLink(address, Amounts.read(value), label, message);
            case "label" -> new PaymentLink(address, satoshis, value, message);
            case "message" -> new PaymentLink(address, satoshis, label, value);
            default -> {
                if (key.toLowerCase(Locale.ROOT).startsWith("req-")) {
                    throw new RefusedException(
                            "to",
                            "This payment link asks for “" + key + "”, which this wallet does not know, so it cannot be"
                                    + " paid from here.");
                }
                yield this;
            }
        };
    }

    private static String decode(String value) throws RefusedException {
        try {
            // In these links a plus sign is itself.
            return URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RefusedException("to", "This payment link is damaged; copy it again.");
        }
    }

    /** As text. */
    String write() {
        StringBuilder link = new StringBuilder(SCHEME).append(address);
        char mark = '?';
        if (satoshis > 0) {
            String amount = BigDecimal.valueOf(satoshis, 8).stripTrailingZeros().toPlainString();
            link.append(mark).append("amount=").append(amount);
            mark = '&';
        }
        if (!label.isEmpty()) {
            link.append(mark).append("label=").append(encode(label));
            mark = '&';
        }
        if (!message.isEmpty()) {
            link.append(mark).append("message=").append(encode(message));
        }
        return link.toString();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, UTF_8).replace("+", "%20");
    }
}
