package org.starling.app.tool;

import java.util.List;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.SighashCache;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tool verify-input}: may this input spend its output? */
@Command(
        name = "verify-input",
        description = {
            "Reads transactions from standard input, one JSON object a line, and verifies one input of each.",
            "Writes OK, or FAIL and the error's name as in Bitcoin Core's script tests. Exit status 1 if any failed."
        },
        footer = {
            "",
            "  {\"tx\":HEX,\"prevouts\":[HEX,...],\"index\":N,\"flags\":\"P2SH,WITNESS,...\"}",
            "",
            "prevouts are the outputs that the inputs spend, each serialized, in the order of the inputs. Without flags,",
            "those of blocks today apply. CLEANSTACK brings WITNESS with it, and WITNESS brings P2SH."
        })
final class VerifyInputCommand extends LineCommand {
    @Option(names = "--explain", description = "Say which opcode failed, where, with the top of the stack.")
    private boolean explain;

    @Override
    Answer answer(JsonFields fields) throws BadInputException {
        Transaction transaction = fields.transaction("tx");
        List<TxOut> prevouts = fields.outputs("prevouts");
        int inputs = transaction.inputs().size();
        if (inputs == 0) {
            throw new BadInputException("tx: has no inputs");
        }
        int index = (int) fields.integer("index", 0, inputs - 1L, null);
        if (prevouts.size() != inputs) {
            throw new BadInputException(
                    "prevouts: " + prevouts.size() + " for " + inputs + " inputs; one for each is expected");
        }
        return Verdicts.verify(
                new SighashCache(transaction, prevouts), index, fields.flags(ScriptFlags.CONSENSUS), explain);
    }
}
