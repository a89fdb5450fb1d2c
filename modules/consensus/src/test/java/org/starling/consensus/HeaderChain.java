package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;

/** Headers made up for tests: each is a view of its own, linked to its parent. Their hashes need no work. */
final class HeaderChain {
    record Header(
            Hash256 hash,
            int height,
            int version,
            long time,
            int bits,
            @Nullable HeaderView previous) implements HeaderView {}

    private final List<Header> headers = new ArrayList<>();
    private final int first;

    private HeaderChain(int first) {
        this.first = first;
    }

    static HeaderChain fromGenesis() {
        return new HeaderChain(0);
    }

    /** A chain whose earlier part is not there, as if it began at that height. */
    static HeaderChain fromHeight(int height) {
        return new HeaderChain(height);
    }

    HeaderChain add(int version, long time, int bits) {
        int height = first + headers.size();
        Hash256 hash = Sha256.twice(new ByteWriter()
                .i32(height)
                .i64(time)
                .i32(version)
                .hash256(headers.isEmpty() ? Hash256.ZERO : tip().hash())
                .toBytes());
        headers.add(new Header(hash, height, version, time, bits, headers.isEmpty() ? null : headers.getLast()));
        return this;
    }

    /** Adds headers of the tip's version and bits, each {@code spacing} seconds after the one before. */
    HeaderChain extend(int count, long spacing) {
        for (int i = 0; i < count; i++) {
            add(tip().version(), tip().time() + spacing, tip().bits());
        }
        return this;
    }

    Header tip() {
        return headers.getLast();
    }

    Header at(int height) {
        return headers.get(height - first);
    }
}
