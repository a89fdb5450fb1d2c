package org.starling.mempool.fees;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/**
 * Bitcoin Core's {@code fee_estimates.dat}: version, heights, the limits of the buckets, then for the medium, the short
 * and the long horizon its decay, scale, and averages. Numbers with fractions are IEEE 754 doubles in eight bytes, the
 * lowest first.
 */
final class FeeEstimatesFile {
    private static final int VERSION = 149_900;
    private static final List<Horizon> ORDER = List.of(Horizon.MEDIUM, Horizon.SHORT, Horizon.LONG);

    /**
     * What a file holds.
     *
     * @param height of the last block
     * @param historyFirst height at which counting began
     * @param historyLast height to which it went
     */
    record Content(
            int height, int historyFirst, int historyLast, Buckets buckets, Map<Horizon, Experience> experience) {}

    private FeeEstimatesFile() {}

    static Bytes write(Content content) {
        ByteWriter writer = new ByteWriter()
                .i32(VERSION)
                .i32(0)
                .u32(content.height())
                .u32(content.historyFirst())
                .u32(content.historyLast());
        write(writer, content.buckets().limits());
        for (Horizon horizon : ORDER) {
            Experience experience = content.experience().get(horizon);
            if (experience == null) {
                throw new IllegalArgumentException("nothing for the horizon " + horizon);
            }
            writer.i64(Double.doubleToLongBits(horizon.decay())).u32(horizon.scale());
            write(writer, experience.feerates);
            write(writer, experience.confirmed);
            write(writer, experience.confirmedWithin);
            write(writer, experience.failedAfter);
        }
        return writer.toBytes();
    }

    private static void write(ByteWriter writer, double[][] rows) {
        writer.compactSize(rows.length);
        for (double[] row : rows) {
            write(writer, row);
        }
    }

    private static void write(ByteWriter writer, double[] values) {
        writer.compactSize(values.length);
        for (double value : values) {
            writer.i64(Double.doubleToLongBits(value));
        }
    }

    static Content read(Bytes file) throws MalformedException {
        ByteReader reader = file.reader();
        int version = reader.i32();
        if (version != VERSION) {
            throw new MalformedException("fee estimates of version " + version + ", not " + VERSION);
        }
        reader.skip(Integer.BYTES);
        long height = reader.u32();
        long first = reader.u32();
        long last = reader.u32();
        if (first > last || last > height || height > Integer.MAX_VALUE) {
            throw new MalformedException("fee estimates of blocks " + first + " to " + last + " at block " + height);
        }
        Buckets buckets = buckets(reader);
        Map<Horizon, Experience> experience = FeeEstimates.experience(buckets);
        for (Horizon horizon : ORDER) {
            Experience into = experience.get(horizon);
            if (into != null) {
                read(reader, horizon, into);
            }
        }
        reader.expectEnd();
        return new Content((int) height, (int) first, (int) last, buckets, new EnumMap<>(experience));
    }

    private static Buckets buckets(ByteReader reader) throws MalformedException {
        int count = reader.count(Long.BYTES);
        if (count < Buckets.FEWEST || count > Buckets.MOST) {
            throw new MalformedException("fee estimates in " + count + " buckets");
        }
        double[] limits = new double[count];
        for (int i = 0; i < count; i++) {
            limits[i] = number(reader);
            if (i > 0 && limits[i] <= limits[i - 1]) {
                throw new MalformedException("fee estimates in buckets that do not rise");
            }
        }
        return new Buckets(limits);
    }

    private static void read(ByteReader reader, Horizon horizon, Experience into) throws MalformedException {
        double decay = number(reader);
        long scale = reader.u32();
        if (decay != horizon.decay() || scale != horizon.scale()) {
            throw new MalformedException("fee estimates that fade by " + decay + " and count by " + scale + " blocks");
        }
        read(reader, into.feerates);
        read(reader, into.confirmed);
        read(reader, into.confirmedWithin);
        read(reader, into.failedAfter);
        into.filled();
    }

    private static void read(ByteReader reader, double[][] into) throws MalformedException {
        expect(reader, into.length);
        for (double[] row : into) {
            read(reader, row);
        }
    }

    private static void read(ByteReader reader, double[] into) throws MalformedException {
        expect(reader, into.length);
        for (int i = 0; i < into.length; i++) {
            into[i] = number(reader);
        }
    }

    private static void expect(ByteReader reader, int count) throws MalformedException {
        int there = reader.count(1);
        if (there != count) {
            throw new MalformedException("fee estimates with " + there + " values in place of " + count);
        }
    }

    private static double number(ByteReader reader) throws MalformedException {
        double value = Double.longBitsToDouble(reader.i64());
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new MalformedException("fee estimates with the number " + value);
        }
        return value;
    }
}
