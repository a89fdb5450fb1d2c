package org.starling.bitcoin;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.crypto.SipHash;
import org.starling.world.Randomness;

/**
 * The {@link News} of at least the last {@code capacity / 2} and at most the last {@code capacity} transactions, by txid and by
 * wtxid. Only what got into the mempool comes in, so nobody can push others' out for free. Told apart by eight keyed bytes of
 * each hash, so that a wrong answer is as good as impossible and nobody can choose one; memory grows with what is held.
 */
final class RecentNews {
    private static final int FIRST_SLOTS = 16;

    private final int half;
    private final SipHash hasher;
    private Table current = new Table(FIRST_SLOTS);
    private @Nullable Table former;
    private long next;

    RecentNews(int capacity, Randomness random) {
        half = Math.max(1, capacity / 2);
        hasher = new SipHash(random.nextLong(), random.nextLong());
    }

    /** The number that the next will have. */
    long next() {
        return next;
    }

    /** What there is of the transaction with that txid or wtxid. */
    @Nullable
    News find(Hash256 hash) {
        long word = word(hash);
        News found = current.get(word);
        return found == null && former != null ? former.get(word) : found;
    }

    /** The transaction has got into the mempool. */
    News add(MempoolView.Entry entry, long removals) {
        if (current.transactions == half) {
            former = current;
            current = new Table(FIRST_SLOTS);
        }
        Transaction transaction = entry.transaction();
        News news = new News(next++, entry, removals);
        current = current.with(word(transaction.wtxid()), news);
        if (transaction.hasWitness()) {
            current = current.with(word(transaction.txid()), news);
        }
        current.transactions++;
        return news;
    }

    private long word(Hash256 hash) {
        long word = hasher.hash(hash);
        return word == 0 ? 1 : word;
    }

    /** Open addressing, at most half full; zero marks a free slot. */
    private static final class Table {
        private final long[] words;
        private final @Nullable News[] news;
        private int used;
        private int transactions;

        Table(int size) {
            words = new long[size];
            news = new News[size];
        }

        @Nullable
        News get(long word) {
            return news[find(word)];
        }

        /** This table or, if it is too small, a larger one, with one more. */
        Table with(long word, News added) {
            if (2 * (used + 1) > words.length) {
                return grown().with(word, added);
            }
            int at = find(word);
            used += words[at] == 0 ? 1 : 0;
            words[at] = word;
            news[at] = added;
            return this;
        }

        private int find(long word) {
            int at = (int) word & words.length - 1;
            while (words[at] != 0 && words[at] != word) {
                at = at + 1 & words.length - 1;
            }
            return at;
        }

        private Table grown() {
            Table larger = new Table(2 * words.length);
            for (int i = 0; i < words.length; i++) {
                News moved = news[i];
                if (moved != null) {
                    larger.with(words[i], moved);
                }
            }
            larger.transactions = transactions;
            return larger;
        }
    }
}
