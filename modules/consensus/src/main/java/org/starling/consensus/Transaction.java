package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;

/**
 * A transaction, immutable, with its serialization (BIP-0144) kept beside the parsed fields, so that hashing, storing
 * and relaying it copy nothing. Equal if the wtxids are.
 */
public final class Transaction {
    /** Bytes of the smallest input: outpoint, empty script, sequence. */
    private static final int MIN_INPUT_BYTES = OutPoint.BYTES + 1 + 4;

    /** Bytes of the smallest output: value, empty script. */
    private static final int MIN_OUTPUT_BYTES = 8 + 1;

    private final int version;
    private final List<TxIn> inputs;
    private final List<TxOut> outputs;
    private final int lockTime;
    private final Bytes serialized;
    private final boolean hasWitness;
    private final int strippedLength;
    // Written by whichever thread asks first; equal whoever does, and Hash256 is immutable.
    private volatile @Nullable Hash256 txid;
    private volatile @Nullable Hash256 wtxid;

    private Transaction(
            int version, List<TxIn> inputs, List<TxOut> outputs, int lockTime, Bytes serialized, boolean hasWitness) {
        this.version = version;
        this.inputs = inputs;
        this.outputs = outputs;
        this.lockTime = lockTime;
        this.serialized = serialized;
        this.hasWitness = hasWitness;
        this.strippedLength = hasWitness ? bodyEnd(inputs, outputs) + 4 : serialized.length();
    }

    /** A transaction of these fields; its serialization has a witness if any input does. */
    public static Transaction of(int version, List<TxIn> inputs, List<TxOut> outputs, int lockTime) {
        boolean hasWitness = inputs.stream().anyMatch(TxIn::hasWitness);
        ByteWriter writer = new ByteWriter(256);
        writer.i32(version);
        if (hasWitness) {
            writer.u8(0).u8(1);
        }
        writer.compactSize(inputs.size());
        for (TxIn input : inputs) {
            input.previous().write(writer);
            writer.varBytes(input.scriptSig()).i32(input.sequence());
        }
        writer.compactSize(outputs.size());
        outputs.forEach(output -> output.write(writer));
        if (hasWitness) {
            for (TxIn input : inputs) {
                writer.compactSize(input.witness().size());
                input.witness().forEach(writer::varBytes);
            }
        }
        writer.i32(lockTime);
        return new Transaction(
                version, List.copyOf(inputs), List.copyOf(outputs), lockTime, writer.toBytes(), hasWitness);
    }

    /** Reads with or without witness, as BIP-0144 tells them apart. */
    public static Transaction read(ByteReader reader) throws MalformedException {
        return read(reader, true);
    }

    /** Reads the serialization without witness only, in which a marker byte would be an input count of zero. */
    public static Transaction readWithoutWitness(ByteReader reader) throws MalformedException {
        return read(reader, false);
    }

    /** Reads a transaction that fills the bytes exactly. */
    public static Transaction parse(Bytes bytes) throws MalformedException {
        ByteReader reader = bytes.reader();
        Transaction transaction = read(reader);
        reader.expectEnd();
        return transaction;
    }

    private static Transaction read(ByteReader reader, boolean allowWitness) throws MalformedException {
        int start = reader.position();
        int version = reader.i32();
        List<TxIn> inputs = readInputs(reader);
        boolean marked = false;
        int flags = 0;
        List<TxOut> outputs;
        if (inputs.isEmpty() && allowWitness) {
            // A count of zero is the marker; what follows is the flag byte.
            flags = reader.u8();
            marked = flags != 0;
            if (marked) {
                inputs = readInputs(reader);
                outputs = readOutputs(reader);
            } else {
                outputs = List.of();
            }
        } else {
            outputs = readOutputs(reader);
        }
        if (marked) {
            if ((flags & 1) == 0) {
                throw new MalformedException("Unknown transaction optional data");
            }
            inputs = readWitnesses(reader, inputs);
            if (flags != 1) {
                throw new MalformedException("Unknown transaction optional data");
            }
        }
        int lockTime = reader.i32();
        return new Transaction(version, inputs, outputs, lockTime, reader.since(start), marked);
    }

    private static List<TxIn> readInputs(ByteReader reader) throws MalformedException {
        int count = reader.count(MIN_INPUT_BYTES);
        List<TxIn> inputs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            inputs.add(new TxIn(OutPoint.read(reader), reader.varBytes(), reader.i32()));
        }
        return List.copyOf(inputs);
    }

    private static List<TxOut> readOutputs(ByteReader reader) throws MalformedException {
        int count = reader.count(MIN_OUTPUT_BYTES);
        List<TxOut> outputs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            outputs.add(TxOut.read(reader));
        }
        return List.copyOf(outputs);
    }

    private static List<TxIn> readWitnesses(ByteReader reader, List<TxIn> inputs) throws MalformedException {
        boolean any = false;
        List<TxIn> result = new ArrayList<>(inputs.size());
        for (TxIn input : inputs) {
            int count = reader.count(1);
            List<Bytes> witness = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                witness.add(reader.varBytes());
            }
            any |= count > 0;
            result.add(count == 0 ? input : input.withWitness(witness));
        }
        if (!any) {
            throw new MalformedException("Superfluous witness record");
        }
        return List.copyOf(result);
    }

    public int version() {
        return version;
    }

    public List<TxIn> inputs() {
        return inputs;
    }

    public List<TxOut> outputs() {
        return outputs;
    }

    /** As the bits stand; compare unsigned. */
    public int lockTime() {
        return lockTime;
    }

    /** With the witness if there is one (BIP-0144). */
    public Bytes serialized() {
        return serialized;
    }

    public boolean hasWitness() {
        return hasWitness;
    }

    /** Without the witness, as before BIP-0144. */
    public Bytes stripped() {
        if (!hasWitness) {
            return serialized;
        }
        return Bytes.concat(
                serialized.slice(0, 4),
                serialized.slice(6, 2 + strippedLength - 4),
                serialized.from(serialized.length() - 4));
    }

    /** Bytes of {@link #stripped()}. */
    public int strippedLength() {
        return strippedLength;
    }

    /** Bytes of {@link #serialized()}. */
    public int totalLength() {
        return serialized.length();
    }

    /** Weight units (BIP-0141). */
    public int weight() {
        return 3 * strippedLength + totalLength();
    }

    /** Weight divided by four, rounded up. */
    public int virtualSize() {
        return (weight() + 3) / 4;
    }

    /** Hash of {@link #stripped()}. */
    public Hash256 txid() {
        Hash256 known = txid;
        if (known == null) {
            known = hasWitness
                    ? Sha256.twice(
                            serialized.slice(0, 4),
                            serialized.slice(6, 2 + strippedLength - 4),
                            serialized.from(serialized.length() - 4))
                    : Sha256.twice(serialized);
            txid = known;
        }
        return known;
    }

    /** Hash of {@link #serialized()}. */
    public Hash256 wtxid() {
        Hash256 known = wtxid;
        if (known == null) {
            known = hasWitness ? Sha256.twice(serialized) : txid();
            wtxid = known;
        }
        return known;
    }

    public boolean isCoinbase() {
        return inputs.size() == 1 && inputs.get(0).previous().isNull();
    }

    public OutPoint outPoint(int index) {
        return new OutPoint(txid(), index);
    }

    /** The same transaction in arrays of its own, so that keeping it does not keep the block it came in. */
    public Transaction compact() {
        try {
            return parse(Bytes.wrap(serialized.toArray()));
        } catch (MalformedException e) {
            throw new AssertionError("parsed before", e);
        }
    }

    private static int bodyEnd(List<TxIn> inputs, List<TxOut> outputs) {
        int length = 4 + ByteWriter.compactSizeLength(inputs.size()) + ByteWriter.compactSizeLength(outputs.size());
        for (TxIn input : inputs) {
            int script = input.scriptSig().length();
            length += OutPoint.BYTES + ByteWriter.compactSizeLength(script) + script + 4;
        }
        for (TxOut output : outputs) {
            length += output.serializedLength();
        }
        return length;
    }

    @Override
    public boolean equals(Object object) {
        return object == this || object instanceof Transaction other && wtxid().equals(other.wtxid());
    }

    @Override
    public int hashCode() {
        return wtxid().hashCode();
    }

    @Override
    public String toString() {
        return txid().toString();
    }
}
