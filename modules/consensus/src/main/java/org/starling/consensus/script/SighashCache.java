package org.starling.consensus.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Sha256;

/**
 * A transaction with the outputs that it spends, and the signature hashes of its inputs: legacy, BIP-0143, BIP-0341 and
 * BIP-0342. What the hashes of several inputs share is computed once, when first asked for. Any number of threads may
 * use one at a time.
 */
public final class SighashCache {
    private static final Sha256.Tag TAP_SIGHASH = new Sha256.Tag("TapSighash");

    /** What a legacy hash is where SIGHASH_SINGLE has no output to sign: the number one. */
    private static final Hash256 ONE =
            Hash256.fromHex("0000000000000000000000000000000000000000000000000000000000000001");

    /** Bytes of an input without its script. */
    private static final int BLANK_INPUT = OutPoint.BYTES + 1 + 4;

    private final Transaction transaction;
    private final List<TxOut> prevouts;
    // Computed by whichever thread needs them first; equal whoever does, and immutable.
    private volatile @Nullable Shared shared;
    private volatile @Nullable Spent spent;
    private volatile @Nullable Bytes blanked;

    /** Throws {@link IllegalArgumentException} unless there is one output for each input, in order. */
    public SighashCache(Transaction transaction, List<TxOut> prevouts) {
        if (prevouts.size() != transaction.inputs().size()) {
            throw new IllegalArgumentException(
                    prevouts.size() + " outputs for " + transaction.inputs().size() + " inputs");
        }
        this.transaction = transaction;
        this.prevouts = List.copyOf(prevouts);
    }

    private SighashCache(Transaction transaction) {
        this.transaction = transaction;
        this.prevouts = List.of();
    }

    /** The legacy signature hash of a transaction whose spent outputs are not known. */
    public static Hash256 legacy(Transaction transaction, int input, Bytes scriptCode, int hashType) {
        return new SighashCache(transaction).legacy(input, scriptCode, hashType);
    }

    public Transaction transaction() {
        return transaction;
    }

    /** What the inputs spend, in their order. */
    public List<TxOut> prevouts() {
        return prevouts;
    }

    /** The hash before segregated witness. The hash type is signed in four bytes, of which a signature carries one. */
    public Hash256 legacy(int input, Bytes scriptCode, int hashType) {
        int outputs = hashType & Sighash.OUTPUT_MASK;
        if (outputs == Sighash.SINGLE && input >= transaction.outputs().size()) {
            return ONE;
        }
        boolean all = outputs != Sighash.NONE && outputs != Sighash.SINGLE;
        if (all && (hashType & Sighash.ANYONECANPAY) == 0) {
            Bytes blank = blanked();
            int scriptAt = 4
                    + ByteWriter.compactSizeLength(transaction.inputs().size())
                    + input * BLANK_INPUT
                    + OutPoint.BYTES;
            ByteWriter script = new ByteWriter(scriptCode.length() + 5);
            writeScriptCode(script, scriptCode);
            return Sha256.twice(
                    blank.slice(0, scriptAt),
                    script.toBytes(),
                    blank.from(scriptAt + 1),
                    Bytes.wrap(new ByteWriter(4).i32(hashType).sharedArray()));
        }
        ByteWriter writer = new ByteWriter(transaction.strippedLength() + scriptCode.length() + 4);
        writer.i32(transaction.version());
        writeLegacyInputs(writer, input, scriptCode, hashType);
        writeLegacyOutputs(writer, input, outputs);
        writer.i32(transaction.lockTime()).i32(hashType);
        return Sha256.twice(writer.sharedArray(), 0, writer.length());
    }

    /** The hash of witness version 0 (BIP-0143). */
    public Hash256 witnessV0(int input, Bytes scriptCode, int hashType) {
        int outputs = hashType & Sighash.OUTPUT_MASK;
        boolean all = outputs != Sighash.NONE && outputs != Sighash.SINGLE;
        boolean anyoneCanPay = (hashType & Sighash.ANYONECANPAY) != 0;
        TxIn spending = transaction.inputs().get(input);
        ByteWriter writer = new ByteWriter(161 + scriptCode.length());
        Shared hashes = shared();
        writer.i32(transaction.version());
        writer.hash256(anyoneCanPay ? Hash256.ZERO : hashes.prevoutsTwice);
        writer.hash256(anyoneCanPay || !all ? Hash256.ZERO : hashes.sequencesTwice);
        spending.previous().write(writer);
        writer.varBytes(scriptCode).i64(prevouts.get(input).value()).i32(spending.sequence());
        if (all) {
            writer.hash256(hashes.outputsTwice);
        } else if (outputs == Sighash.SINGLE && input < transaction.outputs().size()) {
            ByteWriter output = new ByteWriter();
            transaction.outputs().get(input).write(output);
            writer.hash256(Sha256.twice(output.sharedArray(), 0, output.length()));
        } else {
            writer.hash256(Hash256.ZERO);
        }
        writer.i32(transaction.lockTime()).i32(hashType);
        return Sha256.twice(writer.sharedArray(), 0, writer.length());
    }

    /** The hash of a Taproot key path (BIP-0341), or null if the hash type is none or signs an output that is not there. */
    public @Nullable Hash256 taprootKeyPath(int input, int hashType, @Nullable Hash256 annexHash) {
        return taproot(input, hashType, annexHash, null, 0);
    }

    /**
     * The hash of a Tapscript (BIP-0342), or null if the hash type is none or signs an output that is not there.
     *
     * @param codeSeparator the number of the operation last executed that was an OP_CODESEPARATOR, or -1
     */
    public @Nullable Hash256 tapscript(
            int input, int hashType, @Nullable Hash256 annexHash, Hash256 leafHash, int codeSeparator) {
        return taproot(input, hashType, annexHash, leafHash, codeSeparator);
    }

    private @Nullable Hash256 taproot(
            int input, int hashType, @Nullable Hash256 annexHash, @Nullable Hash256 leafHash, int codeSeparator) {
        int outputs = hashType == Sighash.DEFAULT ? Sighash.ALL : hashType & 3;
        boolean anyoneCanPay = (hashType & Sighash.ANYONECANPAY) != 0;
        if (hashType > Sighash.SINGLE && (hashType <= Sighash.ANYONECANPAY || hashType > 0x83)
                || outputs == Sighash.SINGLE && input >= transaction.outputs().size()) {
            return null;
        }
        ByteWriter writer = new ByteWriter(256);
        writer.u8(0).u8(hashType).i32(transaction.version()).i32(transaction.lockTime());
        Shared hashes = shared();
        if (!anyoneCanPay) {
            Spent spentHashes = spent();
            writer.hash256(hashes.prevouts)
                    .hash256(spentHashes.amounts)
                    .hash256(spentHashes.scripts)
                    .hash256(hashes.sequences);
        }
        if (outputs == Sighash.ALL) {
            writer.hash256(hashes.outputs);
        }
        writer.u8((leafHash == null ? 0 : 2) + (annexHash == null ? 0 : 1));
        if (anyoneCanPay) {
            TxIn spending = transaction.inputs().get(input);
            spending.previous().write(writer);
            prevouts.get(input).write(writer);
            writer.i32(spending.sequence());
        } else {
            writer.i32(input);
        }
        if (annexHash != null) {
            writer.hash256(annexHash);
        }
        if (outputs == Sighash.SINGLE) {
            ByteWriter output = new ByteWriter();
            transaction.outputs().get(input).write(output);
            writer.hash256(Sha256.once(output.sharedArray(), 0, output.length()));
        }
        if (leafHash != null) {
            writer.hash256(leafHash).u8(0).i32(codeSeparator);
        }
        return TAP_SIGHASH.hash(Bytes.wrap(writer.sharedArray(), 0, writer.length()));
    }

    private void writeLegacyInputs(ByteWriter writer, int input, Bytes scriptCode, int hashType) {
        List<TxIn> inputs = transaction.inputs();
        boolean anyoneCanPay = (hashType & Sighash.ANYONECANPAY) != 0;
        int outputs = hashType & Sighash.OUTPUT_MASK;
        boolean keepSequences = outputs != Sighash.NONE && outputs != Sighash.SINGLE;
        writer.compactSize(anyoneCanPay ? 1 : inputs.size());
        for (int i = anyoneCanPay ? input : 0; i < (anyoneCanPay ? input + 1 : inputs.size()); i++) {
            TxIn each = inputs.get(i);
            each.previous().write(writer);
            if (i == input) {
                writeScriptCode(writer, scriptCode);
            } else {
                writer.u8(0);
            }
            writer.i32(i == input || keepSequences ? each.sequence() : 0);
        }
    }

    private void writeLegacyOutputs(ByteWriter writer, int input, int outputs) {
        if (outputs == Sighash.NONE) {
            writer.compactSize(0);
        } else if (outputs == Sighash.SINGLE) {
            writer.compactSize(input + 1);
            for (int i = 0; i < input; i++) {
                writer.i64(-1).u8(0);
            }
            transaction.outputs().get(input).write(writer);
        } else {
            writer.compactSize(transaction.outputs().size());
            for (TxOut output : transaction.outputs()) {
                output.write(writer);
            }
        }
    }

    /** The script without its OP_CODESEPARATORs, under its length without these. Ends where it cannot be read on. */
    private static void writeScriptCode(ByteWriter writer, Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        int separators = 0;
        int opcode;
        while ((opcode = reader.next()) >= 0) {
            separators += opcode == Op.OP_CODESEPARATOR ? 1 : 0;
        }
        int end = reader.position();
        writer.compactSize(script.length() - separators);
        if (separators == 0) {
            writer.bytes(script.slice(0, end));
            return;
        }
        reader = new ScriptReader(script);
        int from = 0;
        while ((opcode = reader.next()) >= 0) {
            if (opcode == Op.OP_CODESEPARATOR) {
                writer.bytes(script.slice(from, reader.position() - 1));
                from = reader.position();
            }
        }
        writer.bytes(script.slice(from, end));
    }

    /** The transaction without witnesses and with all scriptSigs empty. */
    private Bytes blanked() {
        Bytes known = blanked;
        if (known == null) {
            ByteWriter writer = new ByteWriter(transaction.strippedLength());
            writer.i32(transaction.version()).compactSize(transaction.inputs().size());
            for (TxIn input : transaction.inputs()) {
                input.previous().write(writer);
                writer.u8(0).i32(input.sequence());
            }
            writeLegacyOutputs(writer, 0, Sighash.ALL);
            writer.i32(transaction.lockTime());
            known = Bytes.wrap(writer.sharedArray(), 0, writer.length());
            blanked = known;
        }
        return known;
    }

    private Shared shared() {
        Shared known = shared;
        if (known == null) {
            known = new Shared(transaction);
            shared = known;
        }
        return known;
    }

    private Spent spent() {
        Spent known = spent;
        if (known == null) {
            known = new Spent(prevouts);
            spent = known;
        }
        return known;
    }

    private static Hash256 twice(Hash256 once) {
        return Sha256.once(once.toArray(), 0, Hash256.BYTES);
    }

    private static Hash256 hash(ByteWriter writer) {
        return Sha256.once(writer.sharedArray(), 0, writer.length());
    }

    /** Of all inputs and all outputs, hashed once for Taproot and twice for witness version 0. */
    private static final class Shared {
        final Hash256 prevouts;
        final Hash256 sequences;
        final Hash256 outputs;
        final Hash256 prevoutsTwice;
        final Hash256 sequencesTwice;
        final Hash256 outputsTwice;

        Shared(Transaction transaction) {
            ByteWriter writer = new ByteWriter(transaction.strippedLength());
            for (TxIn input : transaction.inputs()) {
                input.previous().write(writer);
            }
            prevouts = hash(writer);
            writer.clear();
            for (TxIn input : transaction.inputs()) {
                writer.i32(input.sequence());
            }
            sequences = hash(writer);
            writer.clear();
            for (TxOut output : transaction.outputs()) {
                output.write(writer);
            }
            outputs = hash(writer);
            prevoutsTwice = twice(prevouts);
            sequencesTwice = twice(sequences);
            outputsTwice = twice(outputs);
        }
    }

    /** Of all outputs that are spent. */
    private static final class Spent {
        final Hash256 amounts;
        final Hash256 scripts;

        Spent(List<TxOut> prevouts) {
            ByteWriter writer = new ByteWriter(prevouts.size() * 36);
            for (TxOut prevout : prevouts) {
                writer.i64(prevout.value());
            }
            amounts = hash(writer);
            writer.clear();
            for (TxOut prevout : prevouts) {
                writer.varBytes(prevout.scriptPubKey());
            }
            scripts = hash(writer);
        }
    }
}
