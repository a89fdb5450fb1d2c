package org.starling.api.page;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.starling.bytes.Bytes;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.seed.Mnemonic;

/** A wallet that is about to be made: its words are shown, and asked for before it is. */
final class NewWallet {
    /** Random bytes of twelve words. */
    private static final int ENTROPY_BYTES = 16;

    /** Words that are asked for. */
    private static final int ASKED = 3;

    /** How long its words wait to be confirmed. */
    private static final long PATIENCE_NANOS = 3_600_000_000_000L;

    private final String name;
    private final byte[] passphrase;
    private final byte[] entropy;
    private final Mnemonic words;
    private final List<Integer> asked;
    private final String id;
    private final long beganNanos = System.nanoTime();

    /** What the page shows of it. */
    record Shown(String id, String name, List<String> words, List<Integer> asked) {}

    /** @param passphrase becomes its own */
    NewWallet(String name, byte[] passphrase, SecureRandom random) {
        this.name = name;
        this.passphrase = passphrase;
        entropy = new byte[ENTROPY_BYTES];
        random.nextBytes(entropy);
        words = Mnemonic.of(Bytes.wrap(entropy));
        TreeSet<Integer> drawn = new TreeSet<>();
        while (drawn.size() < ASKED) {
            drawn.add(1 + random.nextInt(words.words().size()));
        }
        asked = List.copyOf(drawn);
        id = PageServer.token(random);
    }

    String name() {
        return name;
    }

    boolean is(String otherId) {
        return id.equals(otherId) && System.nanoTime() - beganNanos < PATIENCE_NANOS;
    }

    Shown shown() {
        return new Shown(id, name, words.words(), asked);
    }

    /** Throws unless these are the words that were asked for. */
    void confirm(List<String> answers) throws RefusedException {
        if (answers.size() != ASKED) {
            throw new RefusedException("word0", "Write the " + ASKED + " words that are asked for.");
        }
        List<String> all = new ArrayList<>(words.words());
        for (int i = 0; i < ASKED; i++) {
            int number = asked.get(i);
            String answer = answers.get(i).toLowerCase(Locale.ROOT);
            if (!all.get(number - 1).equals(answer)) {
                throw new RefusedException(
                        "word" + i,
                        "This is not word " + number + ". Look at what you wrote down, or have the words shown again.");
            }
        }
    }

    /** Gives a wallet these words. */
    void fill(Wallet made, long now) {
        made.secrets().adopt(words, "", passphrase, now);
    }

    void wipe() {
        Arrays.fill(passphrase, (byte) 0);
        Arrays.fill(entropy, (byte) 0);
    }
}
