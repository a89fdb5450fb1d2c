package org.starling.wallet.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Sha256;
import org.starling.wallet.message.MessageVerdict.Fund;
import org.starling.wallet.message.MessageVerdict.State;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtSigner;

/**
 * Texts signed by any address (BIP-0322): the signer unlocks an output of that address in a transaction that nobody can
 * ever send. A signature is that input's witness ({@code smp}), the whole transaction ({@code ful}), or as a PSBT with
 * other inputs that the signer controls ({@code pof}), in base64.
 */
public final class SignedMessage {
    private static final Sha256.Tag TAG = new Sha256.Tag("BIP0322-signed-message");

    private static final String SIMPLE = "smp";
    private static final String FULL = "ful";
    private static final String FUNDS = "pof";
    private static final int PREFIX = 3;

    private static final Bytes NOTHING = new ScriptBuilder().op(Op.OP_RETURN).build();

    /** The rules of which a violation makes a signature invalid, not only inconclusive. */
    private static final int REQUIRED = ScriptFlags.STANDARD
            & ~(ScriptFlags.DISCOURAGE_UPGRADABLE_NOPS
                    | ScriptFlags.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM
                    | ScriptFlags.DISCOURAGE_UPGRADABLE_TAPROOT_VERSION
                    | ScriptFlags.DISCOURAGE_OP_SUCCESS
                    | ScriptFlags.DISCOURAGE_UPGRADABLE_PUBKEYTYPE);

    private SignedMessage() {}

    /** The transaction whose output is to be unlocked. */
    static Transaction toSpend(Bytes scriptPubKey, String message) {
        Bytes hash =
                TAG.hash(Bytes.wrap(message.getBytes(StandardCharsets.UTF_8))).toBytes();
        Bytes scriptSig = new ScriptBuilder().op(Op.OP_0).data(hash).build();
        return Transaction.of(
                0, List.of(new TxIn(OutPoint.NULL, scriptSig, 0)), List.of(new TxOut(0, scriptPubKey)), 0);
    }

    private static Transaction toSign(Transaction toSpend, List<Bytes> witness) {
        TxIn input = new TxIn(toSpend.outPoint(0), Bytes.EMPTY, 0, witness);
        return Transaction.of(0, List.of(input), List.of(new TxOut(0, NOTHING)), 0);
    }

    /** What is to be signed, to be given to signers and, when they are done, to {@link #encode}. */
    public static Psbt request(Bytes scriptPubKey, String message) {
        Transaction toSpend = toSpend(scriptPubKey, message);
        return Psbt.ofMessage(toSign(toSpend, List.of()), toSpend, message);
    }

    /** The signature; null if the request is not signed in full. */
    public static @Nullable String encode(Psbt signed) {
        Psbt complete = PsbtSigner.finalizeInputs(signed);
        Transaction transaction = PsbtSigner.extract(complete);
        if (transaction == null) {
            return null;
        }
        if (transaction.inputs().size() > 1) {
            return FUNDS + complete.encode();
        }
        TxIn input = transaction.inputs().getFirst();
        boolean simple = input.scriptSig().isEmpty()
                && input.sequence() == 0
                && transaction.version() == 0
                && transaction.lockTime() == 0;
        if (!simple) {
            return FULL + base64(transaction.serialized());
        }
        ByteWriter writer = new ByteWriter();
        writer.compactSize(input.witness().size());
        input.witness().forEach(writer::varBytes);
        return SIMPLE + base64(writer.toBytes());
    }

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.toArray());
    }

    /**
     * Judges a signature of any of the three forms, or without prefix a witness, or for the hash of a key the old form.
     *
     * @param scriptPubKey of the address
     */
    public static MessageVerdict verify(Bytes scriptPubKey, String message, String signature) {
        try {
            Transaction toSpend = toSpend(scriptPubKey, message);
            String prefix = signature.length() < PREFIX ? "" : signature.substring(0, PREFIX);
            return switch (prefix) {
                case SIMPLE -> simple(toSpend, decode(signature.substring(PREFIX)));
                case FULL -> full(toSpend, Transaction.parse(decode(signature.substring(PREFIX))), List.of());
                case FUNDS -> withFunds(toSpend, Psbt.parse(decode(signature.substring(PREFIX))));
                default -> withoutPrefix(toSpend, message, decode(signature));
            };
        } catch (MalformedException e) {
            return MessageVerdict.invalid("the signature cannot be read: " + e.getMessage());
        }
    }

    private static Bytes decode(String base64) throws MalformedException {
        try {
            return Bytes.wrap(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("invalid base64");
        }
    }

    private static MessageVerdict withoutPrefix(Transaction toSpend, String message, Bytes signature)
            throws MalformedException {
        OutputScript form = OutputScript.of(toSpend.outputs().getFirst().scriptPubKey());
        if (form.type() != OutputScript.Type.PUBKEYHASH) {
            return simple(toSpend, signature);
        }
        return LegacyMessage.verify(form.solutions().getFirst(), signature, message)
                ? new MessageVerdict(State.VALID, "", 0, 0, List.of())
                : MessageVerdict.invalid("it is none of the address and text");
    }

    private static MessageVerdict simple(Transaction toSpend, Bytes signature) throws MalformedException {
        ByteReader reader = signature.reader();
        int count = reader.count(1);
        List<Bytes> witness = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            witness.add(reader.varBytes());
        }
        reader.expectEnd();
        return full(toSpend, toSign(toSpend, witness), List.of());
    }

    private static MessageVerdict withFunds(Transaction toSpend, Psbt psbt) throws MalformedException {
        Transaction unsigned = psbt.unsigned();
        List<TxIn> inputs = new ArrayList<>();
        List<TxOut> spent = new ArrayList<>();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxIn input = unsigned.inputs().get(i);
            inputs.add(new TxIn(
                    input.previous(),
                    psbt.inputs().get(i).finalScriptSig(),
                    input.sequence(),
                    psbt.inputs().get(i).finalWitness()));
            if (i > 0) {
                spent.add(fund(psbt, i));
            }
        }
        return full(
                toSpend, Transaction.of(unsigned.version(), inputs, unsigned.outputs(), unsigned.lockTime()), spent);
    }

    /** What an input spends; of the transaction that made it, said with this input or an earlier one. */
    private static TxOut fund(Psbt psbt, int index) throws MalformedException {
        OutPoint outPoint = psbt.unsigned().inputs().get(index).previous();
        for (int i = 0; i <= index; i++) {
            Transaction previous = psbt.inputs().get(i).previousTransaction();
            if (previous != null
                    && previous.txid().equals(outPoint.txid())
                    && Integer.compareUnsigned(
                                    outPoint.index(), previous.outputs().size())
                            < 0) {
                return previous.outputs().get(outPoint.index());
            }
        }
        TxOut stated = psbt.inputs().get(index).witnessUtxo();
        if (stated == null || psbt.inputs().get(index).finalWitness().isEmpty()) {
            throw new MalformedException("input " + index + " does not say what it spends");
        }
        return stated;
    }

    /** @param funds what the inputs behind the first spend */
    private static MessageVerdict full(Transaction toSpend, Transaction toSign, List<TxOut> funds) {
        String problem = problem(toSpend, toSign, funds);
        if (!problem.isEmpty()) {
            return MessageVerdict.invalid(problem);
        }
        List<TxOut> spent = new ArrayList<>();
        spent.add(toSpend.outputs().getFirst());
        spent.addAll(funds);
        SighashCache sighash = new SighashCache(toSign, spent);
        String doubt = toSign.version() == 0 || toSign.version() == 2
                ? ""
                : "version " + toSign.version() + " may get a meaning some day";
        for (int i = 0; i < spent.size(); i++) {
            ScriptError error = ScriptVerifier.verify(sighash, i, REQUIRED);
            String rule = error == ScriptError.OK
                    ? MessageRules.problem(toSign.inputs().get(i), spent.get(i).scriptPubKey())
                    : error.message();
            if (!rule.isEmpty()) {
                return MessageVerdict.invalid("input " + i + ": " + rule);
            }
            ScriptError upgradable = ScriptVerifier.verify(sighash, i, ScriptFlags.STANDARD);
            doubt = upgradable == ScriptError.OK ? doubt : "input " + i + ": " + upgradable.message();
        }
        List<Fund> proven = new ArrayList<>();
        for (int i = 0; i < funds.size(); i++) {
            proven.add(new Fund(toSign.inputs().get(i + 1).previous(), funds.get(i)));
        }
        return new MessageVerdict(
                doubt.isEmpty() ? State.VALID : State.INCONCLUSIVE,
                doubt,
                toSign.lockTime(),
                toSign.inputs().getFirst().sequence(),
                proven);
    }

    private static String problem(Transaction toSpend, Transaction toSign, List<TxOut> funds) {
        List<TxIn> inputs = toSign.inputs();
        if (inputs.isEmpty() || !inputs.getFirst().previous().equals(toSpend.outPoint(0))) {
            return "it is of another address or text";
        }
        if (inputs.size() != 1 + funds.size()) {
            return "it has " + inputs.size() + " inputs, of which " + (1 + funds.size()) + " say what they spend";
        }
        if (!toSign.outputs().equals(List.of(new TxOut(0, NOTHING)))) {
            return "it does not have one output of OP_RETURN without amount";
        }
        if (Script.isUnspendable(toSpend.outputs().getFirst().scriptPubKey())) {
            return "the address can never be spent";
        }
        return TransactionRules.check(toSign) == null ? "" : "it is no valid transaction";
    }
}
