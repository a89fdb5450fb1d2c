package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;
import org.starling.world.SeededRandomness;

class ScriptCacheTest {
    private final ScriptCache cache = new ScriptCache(new SeededRandomness(1), 1024);

    @Test
    void remembersATransactionUnderTheFlagsItWasCheckedWith() {
        cache.add(wtxid(1), 7);
        assertThat(cache.contains(wtxid(1), 7)).isTrue();
        assertThat(cache.contains(wtxid(1), 8)).isFalse();
        assertThat(cache.contains(wtxid(2), 7)).isFalse();
        cache.clear();
        assertThat(cache.contains(wtxid(1), 7)).isFalse();
    }

    @Test
    void newOnesTakeThePlaceOfOldOnes() {
        for (int i = 0; i < 10_000; i++) {
            cache.add(wtxid(i), 1);
            assertThat(cache.contains(wtxid(i), 1)).isTrue();
        }
        int kept = 0;
        for (int i = 0; i < 10_000; i++) {
            kept += cache.contains(wtxid(i), 1) ? 1 : 0;
        }
        assertThat(kept).isBetween(600, 1024);
    }

    private static Hash256 wtxid(int i) {
        return Sha256.once(Bytes.copyOf((byte) i, (byte) (i >> 8), (byte) (i >> 16)));
    }
}
