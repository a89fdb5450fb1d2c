package org.starling.wallet.seed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;

/**
 * Words that stand for random bytes, so that a person can write a wallet down (BIP-0039): 12 words for 16 bytes, 15 for 20,
 * 18 for 24, 21 for 28, 24 for 32. The last word checks the others.
 */
public final class Mnemonic {
    public static final int SEED_BYTES = 64;

    private static final int BITS_PER_WORD = 11;
    private static final int ROUNDS = 2048;
    private static final String ALGORITHM = "HmacSHA512";

    private final Bytes entropy;

    private Mnemonic(Bytes entropy) {
        this.entropy = entropy;
    }

    /** Words that do not stand for a wallet, with what is wrong with them. */
    public static final class InvalidWordsException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidWordsException(String message) {
            super(message);
        }
    }

    /** The words for random bytes: 16, 20, 24, 28 or 32 of them. */
    public static Mnemonic of(Bytes entropy) {
        if (entropy.length() < 16 || entropy.length() > 32 || entropy.length() % 4 != 0) {
            throw new IllegalArgumentException("words for " + entropy.length() + " bytes");
        }
        return new Mnemonic(entropy);
    }

    /** Reads words with any white space between them, in capital or small letters. */
    public static Mnemonic parse(String text) throws InvalidWordsException {
        List<String> words = Arrays.stream(text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.size() < 12 || words.size() > 24 || words.size() % 3 != 0) {
            throw new InvalidWordsException(
                    "A wallet has 12, 15, 18, 21 or 24 words, most often 12 or 24; here are " + words.size() + ".");
        }
        int checkBits = words.size() / 3;
        int entropyBits = words.size() * BITS_PER_WORD - checkBits;
        byte[] bits = new byte[(words.size() * BITS_PER_WORD + 7) / 8];
        for (int i = 0; i < words.size(); i++) {
            write(bits, i * BITS_PER_WORD, index(words, i));
        }
        byte[] entropy = Arrays.copyOf(bits, entropyBits / 8);
        Mnemonic mnemonic = new Mnemonic(Bytes.wrap(entropy));
        if (!mnemonic.words().equals(words)) {
            throw new InvalidWordsException("Each word is in the list, but together they fail the check: one of them is"
                    + " another word, or two changed places.");
        }
        return mnemonic;
    }

    private static int index(List<String> words, int i) throws InvalidWordsException {
        String word = words.get(i);
        int index = WordList.indexOf(word);
        if (index < 0) {
            String nearest = WordList.nearest(word);
            throw new InvalidWordsException("Word " + (i + 1) + ", \"" + word + "\", is not in the list of BIP-0039"
                    + (nearest.isEmpty() ? "." : "; \"" + nearest + "\" is."));
        }
        return index;
    }

    /** The random bytes. */
    public Bytes entropy() {
        return entropy;
    }

    public List<String> words() {
        int checkBits = entropy.length() / 4;
        int count = (entropy.length() * 8 + checkBits) / BITS_PER_WORD;
        byte[] bits = Arrays.copyOf(entropy.toArray(), entropy.length() + 1);
        Hash256 check = Sha256.once(entropy);
        bits[entropy.length()] = check.toArray()[0];
        List<String> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            words.add(WordList.word(read(bits, i * BITS_PER_WORD)));
        }
        Arrays.fill(bits, (byte) 0);
        return words;
    }

    /** The words on one line, a space between them. */
    public String sentence() {
        return String.join(" ", words());
    }

    /**
     * The seed of the master key, 64 bytes.
     *
     * @param passphrase a further word of the person's own, empty for none; another one gives another wallet
     */
    public Bytes seed(String passphrase) {
        String salt = "mnemonic" + Normalizer.normalize(passphrase, Normalizer.Form.NFKD);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(sentence().getBytes(UTF_8), ALGORITHM));
            // PBKDF2 of RFC 8018; the result is one block of the digest.
            mac.update(salt.getBytes(UTF_8));
            byte[] block = mac.doFinal(new byte[] {0, 0, 0, 1});
            byte[] seed = block.clone();
            for (int round = 1; round < ROUNDS; round++) {
                block = mac.doFinal(block);
                for (int i = 0; i < seed.length; i++) {
                    seed[i] ^= block[i];
                }
            }
            return Bytes.wrap(seed);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }

    private static void write(byte[] bits, int at, int value) {
        for (int i = 0; i < BITS_PER_WORD; i++) {
            int bit = value >>> BITS_PER_WORD - 1 - i & 1;
            bits[(at + i) / 8] |= (byte) (bit << 7 - (at + i) % 8);
        }
    }

    private static int read(byte[] bits, int at) {
        int value = 0;
        for (int i = at; i < at + BITS_PER_WORD; i++) {
            value = value << 1 | bits[i / 8] >>> 7 - i % 8 & 1;
        }
        return value;
    }

    /** Says nothing of the words, so that they get into no log. */
    @Override
    public String toString() {
        return "Mnemonic[" + entropy.length() + " bytes]";
    }
}
