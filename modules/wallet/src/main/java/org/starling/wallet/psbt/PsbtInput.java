package org.starling.wallet.psbt;

import static org.starling.wallet.psbt.FieldRules.ANY;
import static org.starling.wallet.psbt.FieldRules.NONE;
import static org.starling.wallet.psbt.FieldRules.length;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.wallet.KeyOrigin;

/** What a PSBT says of an input. Immutable; what a field holds was checked when it was read. */
public final class PsbtInput {
    static final int NON_WITNESS_UTXO = 0x00;
    static final int WITNESS_UTXO = 0x01;
    static final int PARTIAL_SIGNATURE = 0x02;
    static final int SIGHASH_TYPE = 0x03;
    static final int REDEEM_SCRIPT = 0x04;
    static final int WITNESS_SCRIPT = 0x05;
    static final int BIP32_DERIVATION = 0x06;
    static final int FINAL_SCRIPT_SIG = 0x07;
    static final int FINAL_SCRIPT_WITNESS = 0x08;
    static final int RIPEMD160 = 0x0a;
    static final int SHA256 = 0x0b;
    static final int HASH160 = 0x0c;
    static final int HASH256 = 0x0d;
    static final int PREVIOUS_TXID = 0x0e;
    static final int OUTPUT_INDEX = 0x0f;
    static final int SEQUENCE = 0x10;
    static final int TIME_LOCKTIME = 0x11;
    static final int HEIGHT_LOCKTIME = 0x12;
    static final int TAP_KEY_SIGNATURE = 0x13;
    static final int TAP_SCRIPT_SIGNATURE = 0x14;
    static final int TAP_LEAF_SCRIPT = 0x15;
    static final int TAP_BIP32_DERIVATION = 0x16;
    static final int TAP_INTERNAL_KEY = 0x17;
    static final int TAP_MERKLE_ROOT = 0x18;
    static final int MUSIG_PARTICIPANTS = 0x1a;
    static final int MUSIG_PUBLIC_NONCE = 0x1b;
    static final int MUSIG_PARTIAL_SIGNATURE = 0x1c;

    static final int KEY_BYTES = 32;
    private static final int MIN_SIGNATURE = 64;
    private static final int MAX_SIGNATURE = 65;
    private static final String TAPROOT = "Input Taproot ";

    static final FieldRules RULES = new FieldRules()
            .add(NON_WITNESS_UTXO, "Non-witness UTXO", NONE, FieldRules::transaction)
            .add(WITNESS_UTXO, "Witness UTXO", NONE, FieldRules::output)
            .add(PARTIAL_SIGNATURE, "Partial signature", FieldRules::publicKey, ANY)
            .add(SIGHASH_TYPE, "Sighash type", NONE, length(4))
            .add(REDEEM_SCRIPT, "Input redeemScript", NONE, ANY)
            .add(WITNESS_SCRIPT, "Input witnessScript", NONE, ANY)
            .add(BIP32_DERIVATION, "Input BIP32 keypath", FieldRules::publicKey, FieldRules::origin)
            .add(FINAL_SCRIPT_SIG, "Final scriptSig", NONE, ANY)
            .add(FINAL_SCRIPT_WITNESS, "Final scriptWitness", NONE, FieldRules::witness)
            .add(RIPEMD160, "RIPEMD160 preimage", length(20), ANY)
            .add(SHA256, "SHA256 preimage", length(32), ANY)
            .add(HASH160, "HASH160 preimage", length(20), ANY)
            .add(HASH256, "HASH256 preimage", length(32), ANY)
            .add(TAP_KEY_SIGNATURE, TAPROOT + "key path signature", NONE, length(MIN_SIGNATURE, MAX_SIGNATURE))
            .add(
                    TAP_SCRIPT_SIGNATURE,
                    TAPROOT + "script path signature",
                    length(2 * KEY_BYTES),
                    length(MIN_SIGNATURE, MAX_SIGNATURE))
            .add(TAP_LEAF_SCRIPT, TAPROOT + "leaf script", FieldRules::controlBlock, FieldRules::leafScript)
            .add(TAP_BIP32_DERIVATION, TAPROOT + "BIP32 keypath", length(KEY_BYTES), FieldRules::taprootOrigin)
            .add(TAP_INTERNAL_KEY, TAPROOT + "internal key", NONE, length(KEY_BYTES))
            .add(TAP_MERKLE_ROOT, TAPROOT + "merkle root", NONE, length(Hash256.BYTES))
            .add(MUSIG_PARTICIPANTS, "Input MuSig2 participants", FieldRules::compressedKey, FieldRules::compressedKeys)
            .add(MUSIG_PUBLIC_NONCE, "MuSig2 public nonce", FieldRules::musigKey, length(66))
            .add(MUSIG_PARTIAL_SIGNATURE, "MuSig2 partial signature", FieldRules::musigKey, length(KEY_BYTES));

    /** The fields that only version 2 has (BIP-0370). */
    static final List<Integer> VERSION_2 =
            List.of(PREVIOUS_TXID, OUTPUT_INDEX, SEQUENCE, TIME_LOCKTIME, HEIGHT_LOCKTIME);

    /** By type; signatures by the hashes of their keys, as everybody writes them. */
    private static final Comparator<Bytes> ORDER = Comparator.comparingInt((Bytes key) -> key.unsigned(0))
            .thenComparing(key -> key.unsigned(0) == PARTIAL_SIGNATURE ? Hash160.hash(key.from(1)) : key);

    /** The input of which nothing is said. */
    static final PsbtInput EMPTY = new PsbtInput(PsbtMap.EMPTY);

    private final PsbtMap map;
    private final @Nullable Transaction previousTransaction;

    PsbtInput(PsbtMap map) {
        this.map = map;
        this.previousTransaction = parsed(map.get(NON_WITNESS_UTXO), Transaction::read);
    }

    /** Reads an input; of the previous transaction without its witnesses. */
    static PsbtInput read(ByteReader reader) throws MalformedException {
        PsbtInput input = new PsbtInput(PsbtMap.read(reader, "input map", RULES));
        Transaction previous = input.previousTransaction();
        // Of no use to anyone who looks for an output, and large.
        return previous != null && previous.hasWitness() ? input.with(NON_WITNESS_UTXO, previous.stripped()) : input;
    }

    void write(ByteWriter writer) {
        map.write(writer, ORDER);
    }

    /** All fields. */
    public PsbtMap map() {
        return map;
    }

    /** The whole transaction whose output is spent, or null. */
    public @Nullable Transaction previousTransaction() {
        return previousTransaction;
    }

    /** The output that is spent, said for inputs that sign its amount, or null. */
    public @Nullable TxOut witnessUtxo() {
        return parsed(map.get(WITNESS_UTXO), TxOut::read);
    }

    /** By public key. */
    public SortedMap<Bytes, Bytes> partialSignatures() {
        return map.all(PARTIAL_SIGNATURE);
    }

    /** The hash type that signers are to use, or null. */
    public @Nullable Integer sighashType() {
        return parsed(map.get(SIGHASH_TYPE), ByteReader::i32);
    }

    public @Nullable Bytes redeemScript() {
        return map.get(REDEEM_SCRIPT);
    }

    public @Nullable Bytes witnessScript() {
        return map.get(WITNESS_SCRIPT);
    }

    /** By public key. */
    public SortedMap<Bytes, KeyOrigin> derivations() {
        return values(map.all(BIP32_DERIVATION), Origins::read);
    }

    /** Whether it has a final scriptSig or witness. */
    public boolean isFinal() {
        return map.has(FINAL_SCRIPT_SIG) || map.has(FINAL_SCRIPT_WITNESS);
    }

    /** Empty if there is none. */
    public Bytes finalScriptSig() {
        return Objects.requireNonNullElse(map.get(FINAL_SCRIPT_SIG), Bytes.EMPTY);
    }

    /** Empty if there is none. */
    public List<Bytes> finalWitness() {
        List<Bytes> witness = parsed(map.get(FINAL_SCRIPT_WITNESS), PsbtInput::readStack);
        return witness == null ? List.of() : witness;
    }

    /** The signature of the output key, or null. */
    public @Nullable Bytes taprootKeySignature() {
        return map.get(TAP_KEY_SIGNATURE);
    }

    /** Signatures in scripts by the key's 32 bytes and the leaf's hash. */
    public SortedMap<Bytes, Bytes> taprootScriptSignatures() {
        return map.all(TAP_SCRIPT_SIGNATURE);
    }

    /** Scripts, each with a byte of its version behind it, by their control blocks. */
    public SortedMap<Bytes, Bytes> taprootLeafScripts() {
        return map.all(TAP_LEAF_SCRIPT);
    }

    /** By the key's 32 bytes. */
    public SortedMap<Bytes, TaprootOrigin> taprootDerivations() {
        return values(map.all(TAP_BIP32_DERIVATION), Origins::readTaproot);
    }

    public @Nullable Bytes taprootInternalKey() {
        return map.get(TAP_INTERNAL_KEY);
    }

    public @Nullable Hash256 taprootMerkleRoot() {
        Bytes root = map.get(TAP_MERKLE_ROOT);
        return root == null ? null : Hash256.of(root);
    }

    /** Preimages by their RIPEMD-160 hashes. */
    public SortedMap<Bytes, Bytes> ripemd160Preimages() {
        return map.all(RIPEMD160);
    }

    /** Preimages by their SHA-256 hashes. */
    public SortedMap<Bytes, Bytes> sha256Preimages() {
        return map.all(SHA256);
    }

    /** Preimages by the RIPEMD-160 hashes of their SHA-256 hashes. */
    public SortedMap<Bytes, Bytes> hash160Preimages() {
        return map.all(HASH160);
    }

    /** Preimages by their double SHA-256 hashes. */
    public SortedMap<Bytes, Bytes> hash256Preimages() {
        return map.all(HASH256);
    }

    /** The keys of MuSig2 participants in their order, by aggregate key. */
    public SortedMap<Bytes, List<Bytes>> musigParticipants() {
        return values(map.all(MUSIG_PARTICIPANTS), PsbtInput::keyList);
    }

    public Map<MusigSigner, Bytes> musigPublicNonces() {
        return MusigSigner.read(map.all(MUSIG_PUBLIC_NONCE));
    }

    public Map<MusigSigner, Bytes> musigPartialSignatures() {
        return MusigSigner.read(map.all(MUSIG_PARTIAL_SIGNATURE));
    }

    /** Fields of types that nobody knows here, by their whole keys. */
    public Map<Bytes, Bytes> unknown() {
        return map.only(key -> !RULES.knows(key) && !Psbt.isOnly(key, VERSION_2))
                .fields();
    }

    static List<Bytes> keyList(Bytes value) {
        List<Bytes> keys = new ArrayList<>();
        for (int at = 0; at < value.length(); at += PublicKeys.COMPRESSED) {
            keys.add(value.slice(at, at + PublicKeys.COMPRESSED));
        }
        return keys;
    }

    PsbtInput with(int type, Bytes value) {
        return new PsbtInput(map.with(type, value));
    }

    PsbtInput with(int type, Bytes data, Bytes value) {
        return new PsbtInput(map.with(type, data, value));
    }

    PsbtInput without(int type) {
        return new PsbtInput(map.without(type));
    }

    PsbtInput withWitnessUtxo(TxOut output) {
        ByteWriter writer = new ByteWriter(output.serializedLength());
        output.write(writer);
        return with(WITNESS_UTXO, writer.toBytes());
    }

    PsbtInput withSighashType(int type) {
        return with(SIGHASH_TYPE, new ByteWriter(4).i32(type).toBytes());
    }

    PsbtInput withDerivation(Bytes publicKey, KeyOrigin origin) {
        return with(BIP32_DERIVATION, publicKey, Origins.write(origin));
    }

    PsbtInput withTaprootDerivation(Bytes key, TaprootOrigin origin) {
        return with(TAP_BIP32_DERIVATION, key, Origins.writeTaproot(origin));
    }

    /** With these in place of all that served to make them. */
    PsbtInput finalized(Bytes scriptSig, List<Bytes> witness) {
        PsbtMap rest = withoutSigning(map);
        if (!scriptSig.isEmpty()) {
            rest = rest.with(FINAL_SCRIPT_SIG, scriptSig);
        }
        if (!witness.isEmpty()) {
            ByteWriter writer = new ByteWriter();
            writer.compactSize(witness.size());
            witness.forEach(writer::varBytes);
            rest = rest.with(FINAL_SCRIPT_WITNESS, writer.toBytes());
        }
        return new PsbtInput(rest);
    }

    /** What both say; where they differ, this one. */
    PsbtInput join(PsbtInput other) {
        PsbtInput joined = new PsbtInput(map.join(other.map));
        return joined.isFinal() ? new PsbtInput(withoutSigning(joined.map)) : joined;
    }

    /** As part of another transaction: without signatures. */
    PsbtInput unsigned() {
        return without(PARTIAL_SIGNATURE)
                .without(FINAL_SCRIPT_SIG)
                .without(FINAL_SCRIPT_WITNESS)
                .without(TAP_KEY_SIGNATURE)
                .without(TAP_SCRIPT_SIGNATURE)
                .without(MUSIG_PUBLIC_NONCE)
                .without(MUSIG_PARTIAL_SIGNATURE);
    }

    private static PsbtMap withoutSigning(PsbtMap map) {
        return map.only(key -> !isForSigning(key.unsigned(0)));
    }

    private static boolean isForSigning(int type) {
        return type >= PARTIAL_SIGNATURE && type <= BIP32_DERIVATION
                || type >= RIPEMD160 && type <= HASH256
                || type >= TAP_KEY_SIGNATURE && type <= TAP_MERKLE_ROOT
                || type >= MUSIG_PARTICIPANTS && type <= MUSIG_PARTIAL_SIGNATURE;
    }

    /** The input in version 2: what it spends, with which sequence number. Throws if a field is missing. */
    TxIn txIn() throws MalformedException {
        Bytes txid = map.get(PREVIOUS_TXID);
        Bytes index = map.get(OUTPUT_INDEX);
        if (txid == null || index == null) {
            throw new MalformedException("Input without previous txid and output index, which version 2 needs");
        }
        Bytes sequence = map.get(SEQUENCE);
        return new TxIn(
                new OutPoint(Hash256.of(txid), index.reader().i32()),
                Bytes.EMPTY,
                sequence == null ? TxIn.SEQUENCE_FINAL : sequence.reader().i32());
    }

    PsbtInput withTxIn(TxIn input) {
        return with(PREVIOUS_TXID, input.previous().txid().toBytes())
                .with(
                        OUTPUT_INDEX,
                        new ByteWriter(4).i32(input.previous().index()).toBytes())
                .with(SEQUENCE, new ByteWriter(4).i32(input.sequence()).toBytes());
    }

    /** How a value is read that is known to be well-formed. */
    @FunctionalInterface
    private interface Reading<T> {
        T read(ByteReader reader) throws MalformedException;
    }

    private static <T> @Nullable T parsed(@Nullable Bytes value, Reading<T> reading) {
        try {
            return value == null ? null : reading.read(value.reader());
        } catch (MalformedException e) {
            throw new AssertionError("checked before: " + value, e);
        }
    }

    private static List<Bytes> readStack(ByteReader reader) throws MalformedException {
        int count = reader.count(1);
        List<Bytes> stack = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            stack.add(reader.varBytes());
        }
        return stack;
    }

    static <T> SortedMap<Bytes, T> values(SortedMap<Bytes, Bytes> fields, Function<Bytes, T> reading) {
        SortedMap<Bytes, T> values = new TreeMap<>();
        fields.forEach((key, value) -> values.put(key, reading.apply(value)));
        return values;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof PsbtInput other && map.equals(other.map);
    }

    @Override
    public int hashCode() {
        return map.hashCode();
    }

    @Override
    public String toString() {
        return map.toString();
    }
}
