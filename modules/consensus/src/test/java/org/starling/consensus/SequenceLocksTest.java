package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

class SequenceLocksTest {
    private static final TxOut OUTPUT = new TxOut(1, Bytes.fromHex("51"));
    private static final long GENESIS_TIME = 1_000_000;

    private final HeaderChain chain =
            HeaderChain.fromGenesis().add(4, GENESIS_TIME, 0x207fffff).extend(100, 600);

    private static Transaction spend(int version, int... sequences) {
        List<TxIn> inputs = Arrays.stream(sequences)
                .mapToObj(sequence -> new TxIn(new OutPoint(Hash256.ZERO, 0), Bytes.EMPTY, sequence))
                .toList();
        return Transaction.of(version, inputs, List.of(OUTPUT), 0);
    }

    private static Coin coin(int height) {
        return new Coin(OUTPUT, height, false);
    }

    @Test
    void blocksCountFromTheCoin() {
        SequenceLocks locks = SequenceLocks.of(spend(2, 10), List.of(coin(92)), chain.tip());

        assertThat(locks).isEqualTo(new SequenceLocks(101, -1));
        assertThat(locks.areSatisfiedAfter(chain.at(100))).as("block 101").isFalse();
        assertThat(locks.areSatisfiedAfter(chain.extend(1, 600).tip()))
                .as("block 102")
                .isTrue();
    }

    @Test
    void timeCountsFromTheMedianBeforeTheCoin() {
        SequenceLocks locks = SequenceLocks.of(spend(2, SequenceLocks.TYPE_FLAG | 3), List.of(coin(50)), chain.tip());

        long start = chain.at(49).medianTimePast();
        assertThat(start).isEqualTo(GENESIS_TIME + 44 * 600);
        assertThat(locks).isEqualTo(new SequenceLocks(-1, start + 3 * 512 - 1));
        assertThat(locks.areSatisfiedAfter(chain.at(51)))
                .as("median 1200 later")
                .isFalse();
        assertThat(locks.areSatisfiedAfter(chain.at(52)))
                .as("median 1800 later")
                .isTrue();
    }

    @Test
    void theStrictestInputCounts() {
        SequenceLocks locks = SequenceLocks.of(
                spend(2, 5, 20, SequenceLocks.TYPE_FLAG | 1, SequenceLocks.DISABLE_FLAG | 0xffff),
                List.of(coin(90), coin(80), coin(60), coin(99)),
                chain.tip());

        assertThat(locks).isEqualTo(new SequenceLocks(99, chain.at(59).medianTimePast() + 511));
    }

    @Test
    void bitsThatDoNotCountAreIgnored() {
        assertThat(SequenceLocks.of(spend(2, 0x00030005), List.of(coin(90)), chain.tip()))
                .isEqualTo(new SequenceLocks(94, -1));
    }

    @Test
    void versionOneHasNoRelativeLocks() {
        assertThat(SequenceLocks.of(spend(1, 10), List.of(coin(100)), chain.tip()))
                .isEqualTo(SequenceLocks.NONE);
        assertThat(SequenceLocks.of(spend(-1, 10), List.of(coin(100)), chain.tip()))
                .as("versions are unsigned")
                .isEqualTo(new SequenceLocks(109, -1));
        assertThat(SequenceLocks.NONE.areSatisfiedAfter(chain.at(0))).isTrue();
    }
}
