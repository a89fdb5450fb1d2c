package org.starling.wallet.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.consensus.TxIn;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SignatureEncoding;
import org.starling.consensus.script.Taproot;

/** What BIP-0322 asks of signatures beyond the rules for scripts: they sign everything, and no OP_CODESEPARATOR. */
final class MessageRules {
    /** A Schnorr signature with a byte for its hash type. */
    private static final int TYPED_SCHNORR = 65;

    private MessageRules() {}

    /** What is wrong with an input whose scripts were found to be right; empty if nothing. */
    static String problem(TxIn input, Bytes scriptPubKey) {
        List<Bytes> scripts = new ArrayList<>(List.of(scriptPubKey));
        List<Bytes> elements = new ArrayList<>(input.witness());
        ScriptReader pushes = new ScriptReader(input.scriptSig());
        while (pushes.hasNext() && pushes.next() >= 0) {
            elements.add(pushes.data());
        }
        Bytes locking = scriptPubKey;
        if (Script.isP2sh(scriptPubKey) && !elements.isEmpty()) {
            locking = elements.getLast();
            scripts.add(locking);
        }
        Script.WitnessProgram program = Script.witnessProgram(locking);
        boolean taproot = program != null && program.isTaproot();
        if (program != null && program.isScriptHash() && input.hasWitness()) {
            scripts.add(input.witness().getLast());
        } else if (taproot) {
            List<Bytes> stack = withoutAnnex(input.witness());
            elements = stack.size() < 2 ? stack : stack.subList(0, stack.size() - 2);
            scripts.addAll(stack.size() < 2 ? List.of() : List.of(stack.get(stack.size() - 2)));
        }
        for (Bytes element : elements) {
            boolean typed = taproot ? element.length() == TYPED_SCHNORR : SignatureEncoding.isStrictDer(element);
            if (typed && element.unsigned(element.length() - 1) != Sighash.ALL) {
                return "a signature is not of hash type ALL";
            }
        }
        return scripts.stream().anyMatch(MessageRules::hasSeparator) ? "OP_CODESEPARATOR is not allowed" : "";
    }

    private static List<Bytes> withoutAnnex(List<Bytes> witness) {
        return Taproot.annex(witness) == null ? witness : witness.subList(0, witness.size() - 1);
    }

    private static boolean hasSeparator(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            int opcode = reader.next();
            if (opcode < 0 || opcode == Op.OP_CODESEPARATOR) {
                return opcode == Op.OP_CODESEPARATOR;
            }
        }
        return false;
    }
}
