package org.starling.wallet.psbt;

import static org.starling.wallet.psbt.FieldRules.ANY;
import static org.starling.wallet.psbt.FieldRules.NONE;
import static org.starling.wallet.psbt.FieldRules.length;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.wallet.KeyOrigin;

/**
 * A partially signed transaction, of version 0 (BIP-0174) or 2 (BIP-0370). Immutable: each role gives a new one. Unknown
 * and proprietary fields stay.
 */
public final class Psbt {
    static final int UNSIGNED_TX = 0x00;
    static final int XPUB = 0x01;
    static final int TX_VERSION = 0x02;
    static final int FALLBACK_LOCKTIME = 0x03;
    static final int INPUT_COUNT = 0x04;
    static final int OUTPUT_COUNT = 0x05;
    static final int TX_MODIFIABLE = 0x06;
    static final int SIGNED_MESSAGE = 0x09;
    static final int VERSION = 0xfb;

    private static final Bytes MAGIC = Bytes.fromHex("70736274ff");
    private static final int XPUB_BYTES = 78;

    private static final FieldRules RULES = new FieldRules()
            .add(UNSIGNED_TX, "Global unsigned tx", NONE, ANY)
            .add(XPUB, "Global xpub", Psbt::checkXpub, FieldRules::origin)
            .add(SIGNED_MESSAGE, "Global signed message", NONE, ANY)
            .add(VERSION, "Global version", NONE, length(4));

    private final PsbtMap global;
    private final Transaction unsigned;
    private final List<PsbtInput> inputs;
    private final List<PsbtOutput> outputs;

    private Psbt(PsbtMap global, Transaction unsigned, List<PsbtInput> inputs, List<PsbtOutput> outputs) {
        this.global = global;
        this.unsigned = unsigned;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    /** The Creator: a transaction of which nothing more is said. Signatures in it are left out. */
    public static Psbt of(Transaction transaction) {
        List<TxIn> inputs = new ArrayList<>();
        transaction.inputs().forEach(input -> inputs.add(new TxIn(input.previous(), Bytes.EMPTY, input.sequence())));
        Transaction unsigned =
                Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime());
        PsbtMap global = PsbtMap.EMPTY.with(UNSIGNED_TX, unsigned.serialized());
        return new Psbt(
                global,
                unsigned,
                inputs.stream().map(_ -> PsbtInput.EMPTY).toList(),
                unsigned.outputs().stream().map(_ -> PsbtOutput.EMPTY).toList());
    }

    /**
     * The transaction by which a text is signed (BIP-0322).
     *
     * @param toSign whose one input spends the only output of {@code toSpend}
     */
    public static Psbt ofMessage(Transaction toSign, Transaction toSpend, String message) {
        Psbt psbt = of(toSign);
        Bytes text = Bytes.wrap(message.getBytes(StandardCharsets.UTF_8));
        return psbt.withGlobal(psbt.global.with(SIGNED_MESSAGE, text))
                .withInput(0, psbt.inputs.getFirst().with(PsbtInput.NON_WITNESS_UTXO, toSpend.serialized()));
    }

    /** The text that the transaction serves to sign (BIP-0322), or null. */
    public @Nullable String message() {
        Bytes text = global.get(SIGNED_MESSAGE);
        return text == null ? null : new String(text.toArray(), StandardCharsets.UTF_8);
    }

    /** Reads base64. */
    public static Psbt decode(String base64) throws MalformedException {
        try {
            if (base64.length() % 4 != 0) {
                throw new MalformedException("invalid base64");
            }
            return parse(Bytes.wrap(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("invalid base64");
        }
    }

    /** Reads a PSBT that fills the bytes exactly. */
    public static Psbt parse(Bytes bytes) throws MalformedException {
        if (!bytes.startsWith(MAGIC)) {
            throw new MalformedException("Invalid PSBT magic bytes");
        }
        ByteReader reader = bytes.reader();
        reader.skip(MAGIC.length());
        PsbtMap global = PsbtMap.read(reader, "global map", RULES);
        Psbt psbt = switch (versionOf(global)) {
            case 0 -> readVersion0(global, reader);
            case 2 -> readVersion2(global, reader);
            default -> throw new MalformedException("Unsupported version number");
        };
        if (reader.hasRemaining()) {
            throw new MalformedException("extra data after PSBT");
        }
        for (int i = 0; i < psbt.inputs.size(); i++) {
            checkPrevious(
                    psbt.inputs.get(i).previousTransaction(),
                    psbt.unsigned.inputs().get(i).previous());
        }
        return psbt;
    }

    private static int versionOf(PsbtMap global) throws MalformedException {
        Bytes version = global.get(VERSION);
        return version == null ? 0 : version.reader().i32();
    }

    private static Psbt readVersion0(PsbtMap global, ByteReader reader) throws MalformedException {
        Bytes serialized = global.get(UNSIGNED_TX);
        if (serialized == null) {
            throw new MalformedException("No unsigned transaction was provided");
        }
        refuse(global, List.of(TX_VERSION, FALLBACK_LOCKTIME, INPUT_COUNT, OUTPUT_COUNT, TX_MODIFIABLE));
        ByteReader transactionReader = serialized.reader();
        Transaction unsigned = Transaction.readWithoutWitness(transactionReader);
        transactionReader.expectEnd();
        for (TxIn input : unsigned.inputs()) {
            if (!input.scriptSig().isEmpty()) {
                throw new MalformedException("Unsigned tx does not have empty scriptSigs and scriptWitnesses.");
            }
        }
        List<PsbtInput> inputs = readInputs(reader, unsigned.inputs().size());
        for (PsbtInput input : inputs) {
            refuse(input.map(), PsbtInput.VERSION_2);
        }
        List<PsbtOutput> outputs = readOutputs(reader, unsigned.outputs().size());
        for (PsbtOutput output : outputs) {
            refuse(output.map(), PsbtOutput.VERSION_2);
        }
        return new Psbt(global, unsigned, inputs, outputs);
    }

    private static void refuse(PsbtMap map, List<Integer> types) throws MalformedException {
        for (int type : types) {
            if (map.has(type)) {
                throw new MalformedException("Field of type " + type + " is only allowed in PSBT version 2");
            }
        }
    }

    private static Psbt readVersion2(PsbtMap global, ByteReader reader) throws MalformedException {
        if (global.has(UNSIGNED_TX)) {
            throw new MalformedException("PSBT version 2 must not have an unsigned transaction");
        }
        PsbtVersion2.check(global);
        List<PsbtInput> inputs = readInputs(reader, PsbtVersion2.count(global, INPUT_COUNT, reader.remaining()));
        for (PsbtInput input : inputs) {
            PsbtVersion2.checkInput(input.map());
        }
        List<PsbtOutput> outputs = readOutputs(reader, PsbtVersion2.count(global, OUTPUT_COUNT, reader.remaining()));
        for (PsbtOutput output : outputs) {
            PsbtVersion2.checkOutput(output.map());
        }
        return new Psbt(global, PsbtVersion2.transaction(global, inputs, outputs), inputs, outputs);
    }

    private static List<PsbtInput> readInputs(ByteReader reader, int count) throws MalformedException {
        List<PsbtInput> inputs = new ArrayList<>();
        while (inputs.size() < count) {
            if (!reader.hasRemaining()) {
                throw new MalformedException("Inputs provided does not match the number of inputs in transaction.");
            }
            inputs.add(PsbtInput.read(reader));
        }
        return inputs;
    }

    private static List<PsbtOutput> readOutputs(ByteReader reader, int count) throws MalformedException {
        List<PsbtOutput> outputs = new ArrayList<>();
        while (outputs.size() < count) {
            if (!reader.hasRemaining()) {
                throw new MalformedException("Outputs provided does not match the number of outputs in transaction.");
            }
            outputs.add(PsbtOutput.read(reader));
        }
        return outputs;
    }

    private static void checkPrevious(@Nullable Transaction previous, OutPoint spent) throws MalformedException {
        if (previous == null) {
            return;
        }
        if (!previous.txid().equals(spent.txid())) {
            throw new MalformedException(
                    "Non-witness UTXO does not match outpoint hash: " + previous.txid() + ", not " + spent.txid());
        }
        if (Integer.compareUnsigned(spent.index(), previous.outputs().size()) >= 0) {
            throw new MalformedException("Input specifies output index that does not exist: " + spent);
        }
    }

    private static void checkXpub(String name, Bytes data) throws MalformedException {
        length(XPUB_BYTES).check(name, data);
        FieldRules.publicKey(name, data.from(XPUB_BYTES - 33));
    }

    /** As bytes. */
    public Bytes serialized() {
        ByteWriter writer = new ByteWriter(512);
        writer.bytes(MAGIC);
        global.write(writer, Comparator.naturalOrder());
        inputs.forEach(input -> input.write(writer));
        outputs.forEach(output -> output.write(writer));
        return writer.toBytes();
    }

    /** As base64. */
    public String encode() {
        return Base64.getEncoder().encodeToString(serialized().toArray());
    }

    /** 0 or 2. */
    public int version() {
        return global.has(UNSIGNED_TX) ? 0 : 2;
    }

    /** The fields that concern the whole. */
    public PsbtMap global() {
        return global;
    }

    /** Where extended public keys (78 bytes) come from. */
    public SortedMap<Bytes, KeyOrigin> xpubs() {
        return PsbtInput.values(global.all(XPUB), Origins::read);
    }

    /** What may still change (BIP-0370), as bits; null if that is not said. */
    public @Nullable Integer modifiable() {
        Bytes flags = version() == 2 ? global.get(TX_MODIFIABLE) : null;
        return flags == null ? null : (Integer) flags.unsigned(0);
    }

    /** Fields for the whole of types that nobody knows here, by their whole keys. */
    public Map<Bytes, Bytes> unknown() {
        return global.only(key -> !RULES.knows(key) && !PsbtVersion2.isGlobal(key))
                .fields();
    }

    /** The transaction without scriptSigs and witnesses. */
    public Transaction unsigned() {
        return unsigned;
    }

    public List<PsbtInput> inputs() {
        return inputs;
    }

    public List<PsbtOutput> outputs() {
        return outputs;
    }

    /** The output that an input spends, or null if neither that nor its transaction is there. */
    public @Nullable TxOut spent(int index) {
        PsbtInput input = inputs.get(index);
        Transaction previous = input.previousTransaction();
        return previous == null
                ? input.witnessUtxo()
                : previous.outputs().get(unsigned.inputs().get(index).previous().index());
    }

    /** Whether two are of the same transaction; sequence numbers may differ in version 2. */
    boolean isSameTransaction(Psbt other) {
        return version() == other.version()
                && (version() == 0
                        ? unsigned.txid().equals(other.unsigned.txid())
                        : PsbtVersion2.identity(unsigned).equals(PsbtVersion2.identity(other.unsigned)));
    }

    Psbt withGlobal(PsbtMap newGlobal) {
        return new Psbt(newGlobal, unsigned, inputs, outputs);
    }

    Psbt withInput(int index, PsbtInput input) {
        List<PsbtInput> changed = new ArrayList<>(inputs);
        changed.set(index, input);
        return withInputs(changed);
    }

    Psbt withInputs(List<PsbtInput> newInputs) {
        return new Psbt(global, unsigned, newInputs, outputs);
    }

    Psbt withOutputs(List<PsbtOutput> newOutputs) {
        return new Psbt(global, unsigned, inputs, newOutputs);
    }

    Psbt mapInputs(UnaryOperator<PsbtInput> change) {
        return withInputs(inputs.stream().map(change).toList());
    }

    /** The same in version 0. What only version 2 can say (which inputs and outputs may still change) is lost. */
    public Psbt toVersion0() {
        if (version() == 0) {
            return this;
        }
        PsbtMap kept = global.only(key -> !PsbtVersion2.isGlobal(key) && key.unsigned(0) != VERSION)
                .with(UNSIGNED_TX, unsigned.serialized());
        return new Psbt(
                kept,
                unsigned,
                inputs.stream()
                        .map(input -> new PsbtInput(input.map().only(key -> !isOnly(key, PsbtInput.VERSION_2))))
                        .toList(),
                outputs.stream()
                        .map(output -> new PsbtOutput(output.map().only(key -> !isOnly(key, PsbtOutput.VERSION_2))))
                        .toList());
    }

    private static PsbtMap without(PsbtMap map, List<Integer> types) {
        return map.only(key -> !types.contains(key.unsigned(0)));
    }

    static boolean isOnly(Bytes key, List<Integer> types) {
        return key.length() == 1 && types.contains(key.unsigned(0));
    }

    /** The same in version 2, without unknown fields of types that are known there. */
    public Psbt toVersion2() {
        if (version() == 2) {
            return this;
        }
        List<PsbtInput> newInputs = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            PsbtMap known = without(inputs.get(i).map(), PsbtInput.VERSION_2);
            newInputs.add(new PsbtInput(known).withTxIn(unsigned.inputs().get(i)));
        }
        List<PsbtOutput> newOutputs = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            PsbtMap known = without(outputs.get(i).map(), PsbtOutput.VERSION_2);
            newOutputs.add(new PsbtOutput(known).withTxOut(unsigned.outputs().get(i)));
        }
        PsbtMap kept = PsbtVersion2.global(global.without(UNSIGNED_TX), unsigned);
        return new Psbt(kept, unsigned, newInputs, newOutputs);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Psbt other && serialized().equals(other.serialized());
    }

    @Override
    public int hashCode() {
        return serialized().hashCode();
    }

    @Override
    public String toString() {
        return encode();
    }
}
