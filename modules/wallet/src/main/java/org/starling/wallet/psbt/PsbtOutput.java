package org.starling.wallet.psbt;

import static org.starling.wallet.psbt.FieldRules.ANY;
import static org.starling.wallet.psbt.FieldRules.NONE;
import static org.starling.wallet.psbt.FieldRules.length;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.TxOut;
import org.starling.wallet.KeyOrigin;

/** What a PSBT says of an output. What a field holds was checked when it was read. */
public record PsbtOutput(PsbtMap map) {
    static final int REDEEM_SCRIPT = 0x00;
    static final int WITNESS_SCRIPT = 0x01;
    static final int BIP32_DERIVATION = 0x02;
    static final int AMOUNT = 0x03;
    static final int SCRIPT = 0x04;
    static final int TAP_INTERNAL_KEY = 0x05;
    static final int TAP_TREE = 0x06;
    static final int TAP_BIP32_DERIVATION = 0x07;
    static final int MUSIG_PARTICIPANTS = 0x08;

    private static final String TREE = "Output Taproot tree";

    static final FieldRules RULES = new FieldRules()
            .add(REDEEM_SCRIPT, "Output redeemScript", NONE, ANY)
            .add(WITNESS_SCRIPT, "Output witnessScript", NONE, ANY)
            .add(BIP32_DERIVATION, "Output BIP32 keypath", FieldRules::publicKey, FieldRules::origin)
            .add(TAP_INTERNAL_KEY, "Output Taproot internal key", NONE, length(PsbtInput.KEY_BYTES))
            .add(TAP_TREE, TREE, NONE, TreeLeaf::read)
            .add(
                    TAP_BIP32_DERIVATION,
                    "Output Taproot BIP32 keypath",
                    length(PsbtInput.KEY_BYTES),
                    FieldRules::taprootOrigin)
            .add(
                    MUSIG_PARTICIPANTS,
                    "Output MuSig2 participants",
                    FieldRules::compressedKey,
                    FieldRules::compressedKeys);

    /** The fields that only version 2 has (BIP-0370). */
    static final List<Integer> VERSION_2 = List.of(AMOUNT, SCRIPT);

    /** The output of which nothing is said. */
    static final PsbtOutput EMPTY = new PsbtOutput(PsbtMap.EMPTY);

    static PsbtOutput read(ByteReader reader) throws MalformedException {
        return new PsbtOutput(PsbtMap.read(reader, "output map", RULES));
    }

    void write(ByteWriter writer) {
        map.write(writer, Comparator.naturalOrder());
    }

    public @Nullable Bytes redeemScript() {
        return map.get(REDEEM_SCRIPT);
    }

    public @Nullable Bytes witnessScript() {
        return map.get(WITNESS_SCRIPT);
    }

    /** By public key. */
    public SortedMap<Bytes, KeyOrigin> derivations() {
        return PsbtInput.values(map.all(BIP32_DERIVATION), Origins::read);
    }

    public @Nullable Bytes taprootInternalKey() {
        return map.get(TAP_INTERNAL_KEY);
    }

    /** The scripts of a Taproot output from left to right; empty if that is not said. */
    public List<TreeLeaf> taprootTree() {
        Bytes tree = map.get(TAP_TREE);
        try {
            return tree == null ? List.of() : TreeLeaf.read(TREE, tree);
        } catch (MalformedException e) {
            throw new AssertionError("checked before: " + tree, e);
        }
    }

    /** By the key's 32 bytes. */
    public SortedMap<Bytes, TaprootOrigin> taprootDerivations() {
        return PsbtInput.values(map.all(TAP_BIP32_DERIVATION), Origins::readTaproot);
    }

    /** The keys of MuSig2 participants in their order, by aggregate key. */
    public SortedMap<Bytes, List<Bytes>> musigParticipants() {
        return PsbtInput.values(map.all(MUSIG_PARTICIPANTS), PsbtInput::keyList);
    }

    /** Fields of types that nobody knows here, by their whole keys. */
    public Map<Bytes, Bytes> unknown() {
        return map.only(key -> !RULES.knows(key) && !Psbt.isOnly(key, VERSION_2))
                .fields();
    }

    PsbtOutput with(int type, Bytes value) {
        return new PsbtOutput(map.with(type, value));
    }

    PsbtOutput with(int type, Bytes data, Bytes value) {
        return new PsbtOutput(map.with(type, data, value));
    }

    PsbtOutput join(PsbtOutput other) {
        return new PsbtOutput(map.join(other.map));
    }

    /** The output in version 2. Throws if a field is missing. */
    TxOut txOut() throws MalformedException {
        Bytes amount = map.get(AMOUNT);
        Bytes script = map.get(SCRIPT);
        if (amount == null || script == null) {
            throw new MalformedException("Output without amount and script, which version 2 needs");
        }
        return new TxOut(amount.reader().i64(), script);
    }

    PsbtOutput withTxOut(TxOut output) {
        return with(AMOUNT, new ByteWriter(8).i64(output.value()).toBytes()).with(SCRIPT, output.scriptPubKey());
    }
}
