package org.starling.wallet.psbt;

import static org.starling.wallet.psbt.FieldRules.NONE;
import static org.starling.wallet.psbt.FieldRules.length;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Sighash;

/** What is particular to version 2, in which the fields make the transaction (BIP-0370). */
final class PsbtVersion2 {
    /** Bits of the field that says what may still change. */
    static final int INPUTS_MODIFIABLE = 1;

    static final int OUTPUTS_MODIFIABLE = 2;
    static final int HAS_SIGHASH_SINGLE = 4;

    /** Locktimes from here on are times, those below are heights. */
    private static final long LOCKTIME_THRESHOLD = 500_000_000L;

    private static final List<Integer> GLOBAL =
            List.of(Psbt.TX_VERSION, Psbt.FALLBACK_LOCKTIME, Psbt.INPUT_COUNT, Psbt.OUTPUT_COUNT, Psbt.TX_MODIFIABLE);

    private static final FieldRules GLOBAL_RULES = new FieldRules()
            .add(Psbt.TX_VERSION, "Transaction version", NONE, length(4))
            .add(Psbt.FALLBACK_LOCKTIME, "Fallback locktime", NONE, length(4))
            .add(Psbt.INPUT_COUNT, "Input count", NONE, FieldRules::number)
            .add(Psbt.OUTPUT_COUNT, "Output count", NONE, FieldRules::number)
            .add(Psbt.TX_MODIFIABLE, "Modifiable flags", NONE, length(1));

    private static final FieldRules INPUT_RULES = new FieldRules()
            .add(PsbtInput.PREVIOUS_TXID, "Previous txid", NONE, length(Hash256.BYTES))
            .add(PsbtInput.OUTPUT_INDEX, "Spent output index", NONE, length(4))
            .add(PsbtInput.SEQUENCE, "Sequence number", NONE, length(4))
            .add(
                    PsbtInput.TIME_LOCKTIME,
                    "Required time-based locktime",
                    NONE,
                    (name, value) -> locktime(name, value, LOCKTIME_THRESHOLD, 0xffffffffL))
            .add(
                    PsbtInput.HEIGHT_LOCKTIME,
                    "Required height-based locktime",
                    NONE,
                    (name, value) -> locktime(name, value, 1, LOCKTIME_THRESHOLD - 1));

    private static final FieldRules OUTPUT_RULES = new FieldRules()
            .add(PsbtOutput.AMOUNT, "Output amount", NONE, length(8))
            .add(PsbtOutput.SCRIPT, "Output script", NONE, FieldRules.ANY);

    private PsbtVersion2() {}

    private static void locktime(String name, Bytes value, long least, long most) throws MalformedException {
        length(4).check(name, value);
        long locktime = value.reader().u32();
        if (locktime < least || locktime > most) {
            throw new MalformedException(name + " is " + locktime + ", not from " + least + " to " + most);
        }
    }

    static void check(PsbtMap global) throws MalformedException {
        checkAll(global, GLOBAL_RULES);
    }

    static void checkInput(PsbtMap input) throws MalformedException {
        checkAll(input, INPUT_RULES);
    }

    static void checkOutput(PsbtMap output) throws MalformedException {
        checkAll(output, OUTPUT_RULES);
    }

    private static void checkAll(PsbtMap map, FieldRules rules) throws MalformedException {
        for (Map.Entry<Bytes, Bytes> field : map.fields().entrySet()) {
            rules.check(field.getKey(), field.getValue());
        }
    }

    /** How many maps follow; at most as many as bytes are left, for each takes one or more. */
    static int count(PsbtMap global, int type, int remaining) throws MalformedException {
        Bytes value = global.get(type);
        if (value == null) {
            throw new MalformedException("Global field of type " + type + " is missing, which version 2 needs");
        }
        long count = value.reader().compactSizeOfAnyRange();
        if (count < 0 || count > remaining) {
            throw new MalformedException(
                    "Count of " + Long.toUnsignedString(count) + " maps, but " + remaining + " bytes left");
        }
        return (int) count;
    }

    static boolean isGlobal(Bytes key) {
        return Psbt.isOnly(key, GLOBAL);
    }

    /** The fields that version 2 has for a transaction, added to these. */
    static PsbtMap global(PsbtMap others, Transaction transaction) {
        return others.only(key -> !GLOBAL.contains(key.unsigned(0)))
                .with(
                        Psbt.TX_VERSION,
                        new ByteWriter(4).i32(transaction.version()).toBytes())
                .with(
                        Psbt.FALLBACK_LOCKTIME,
                        new ByteWriter(4).i32(transaction.lockTime()).toBytes())
                .with(Psbt.INPUT_COUNT, compactSize(transaction.inputs().size()))
                .with(Psbt.OUTPUT_COUNT, compactSize(transaction.outputs().size()))
                .with(Psbt.VERSION, new ByteWriter(4).i32(2).toBytes());
    }

    private static Bytes compactSize(int count) {
        return new ByteWriter(9).compactSize(count).toBytes();
    }

    /** The transaction that the fields make. */
    static Transaction transaction(PsbtMap global, List<PsbtInput> inputs, List<PsbtOutput> outputs)
            throws MalformedException {
        Bytes version = global.get(Psbt.TX_VERSION);
        if (version == null) {
            throw new MalformedException("Transaction version is missing, which version 2 needs");
        }
        List<TxIn> txIns = new ArrayList<>();
        for (PsbtInput input : inputs) {
            txIns.add(input.txIn());
        }
        List<TxOut> txOuts = new ArrayList<>();
        for (PsbtOutput output : outputs) {
            txOuts.add(output.txOut());
        }
        return Transaction.of(version.reader().i32(), txIns, txOuts, lockTime(global, inputs));
    }

    /** The greatest that inputs ask for, of the kind that suits all of them, heights before times. */
    private static int lockTime(PsbtMap global, List<PsbtInput> inputs) throws MalformedException {
        long height = 0;
        long time = 0;
        boolean heightSuits = true;
        boolean timeSuits = true;
        boolean any = false;
        for (PsbtInput input : inputs) {
            long inputHeight = u32(input.map().get(PsbtInput.HEIGHT_LOCKTIME));
            long inputTime = u32(input.map().get(PsbtInput.TIME_LOCKTIME));
            if (inputHeight > 0 || inputTime > 0) {
                any = true;
                heightSuits &= inputHeight > 0;
                timeSuits &= inputTime > 0;
                height = Math.max(height, inputHeight);
                time = Math.max(time, inputTime);
            }
        }
        if (!any) {
            return (int) u32(global.get(Psbt.FALLBACK_LOCKTIME));
        }
        if (!heightSuits && !timeSuits) {
            throw new MalformedException("Some inputs need a height for locktime and others a time");
        }
        return (int) (heightSuits ? height : time);
    }

    private static long u32(@Nullable Bytes value) throws MalformedException {
        return value == null ? 0 : value.reader().u32();
    }

    /** By which two of the same transaction are known, for all that its sequence numbers may still change. */
    static Hash256 identity(Transaction unsigned) {
        List<TxIn> inputs = new ArrayList<>();
        unsigned.inputs().forEach(input -> inputs.add(new TxIn(input.previous(), Bytes.EMPTY, 0)));
        return Transaction.of(unsigned.version(), inputs, unsigned.outputs(), unsigned.lockTime())
                .txid();
    }

    /** With what a new signature of that hash type forbids to change. */
    static PsbtMap afterSigning(PsbtMap global, int hashType) {
        Bytes before = global.get(Psbt.TX_MODIFIABLE);
        if (before == null) {
            return global;
        }
        int flags = before.unsigned(0);
        if ((hashType & Sighash.ANYONECANPAY) == 0) {
            flags &= ~INPUTS_MODIFIABLE;
        }
        int outputs = hashType & ~Sighash.ANYONECANPAY;
        if (outputs != Sighash.NONE) {
            flags &= ~OUTPUTS_MODIFIABLE;
        }
        if (outputs == Sighash.SINGLE) {
            flags |= HAS_SIGHASH_SINGLE;
        }
        return global.with(Psbt.TX_MODIFIABLE, Bytes.copyOf((byte) flags));
    }
}
