package org.starling.mempool;

import java.util.ArrayList;
import java.util.List;

/** The most fees for each size that transactions give when their chunks are taken by falling feerate. */
final class FeeDiagram {
    private final List<FeeSize> chunks;

    FeeDiagram(List<FeeSize> chunks) {
        this.chunks = new ArrayList<>(chunks);
        this.chunks.sort((left, right) -> right.compareFeerate(left));
    }

    /** Whether this gives more for some size, and for no size less. */
    boolean improves(FeeDiagram old) {
        boolean more = false;
        boolean less = false;
        for (FeeSize corner : corners()) {
            int comparison = old.compare(corner);
            more |= comparison > 0;
            less |= comparison < 0;
        }
        for (FeeSize corner : old.corners()) {
            int comparison = compare(corner);
            more |= comparison < 0;
            less |= comparison > 0;
        }
        return more && !less;
    }

    private List<FeeSize> corners() {
        List<FeeSize> corners = new ArrayList<>();
        FeeSize sum = FeeSize.ZERO;
        for (FeeSize chunk : chunks) {
            sum = sum.plus(chunk);
            corners.add(sum);
        }
        return corners;
    }

    // Whether the point lies above (1), on (0) or below (-1) this diagram, which goes on level after its end.
    private int compare(FeeSize point) {
        FeeSize sum = FeeSize.ZERO;
        for (FeeSize chunk : chunks) {
            long beyond = point.size() - sum.size();
            if (beyond <= chunk.size()) {
                return FeeSize.compareFeerates(point.fee() - sum.fee(), beyond, chunk.fee(), chunk.size());
            }
            sum = sum.plus(chunk);
        }
        return Long.compare(point.fee(), sum.fee());
    }
}
