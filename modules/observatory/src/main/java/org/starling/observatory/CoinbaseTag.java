package org.starling.observatory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;

/** What a block's coinbase tells of its miner, who writes there what they like. */
final class CoinbaseTag {
    /** Shorter runs of readable characters are chance. */
    private static final int SHORTEST = 5;

    private static final int LONGEST = 40;
    private static final Pattern BETWEEN_SLASHES = Pattern.compile("/[^/]{2,}/");
    private static final Pattern READABLE = Pattern.compile("[\\x20-\\x7e]{" + SHORTEST + ",}");

    private CoinbaseTag() {}

    /** The text in the coinbase's script: what stands between slashes, else the longest readable part; {@code ""} if none. */
    static String of(Transaction coinbase) {
        Bytes script = coinbase.inputs().getFirst().scriptSig();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < script.length(); i++) {
            int character = script.unsigned(i);
            text.append(character >= 0x20 && character <= 0x7e ? (char) character : '\n');
        }
        String best = "";
        for (Matcher run = READABLE.matcher(text); run.find(); ) {
            Matcher slashes = BETWEEN_SLASHES.matcher(run.group());
            if (slashes.find()) {
                return shortened(slashes.group());
            }
            best = run.group().length() > best.length() ? run.group() : best;
        }
        return shortened(best.strip());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** The script that gets most of the coinbase, in hex. */
    static String payout(Transaction coinbase) {
        TxOut most = coinbase.outputs().getFirst();
        for (TxOut output : coinbase.outputs()) {
            most = output.value() > most.value() ? output : most;
        }
        return most.scriptPubKey().hex();
    }
}
