package org.starling.app.tool;

import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.SighashCache;
import picocli.CommandLine.Command;

/** {@code tool sighash}: what does a legacy signature sign? */
@Command(
        name = "sighash",
        description = {
            "Reads transactions from standard input, one JSON object a line, and writes a legacy signature hash of each,",
            "in the order in which Bitcoin shows hashes. Exit status 1 if any line made no sense."
        },
        footer = {"", "  {\"tx\":HEX,\"script\":HEX,\"index\":N,\"type\":INT}"})
final class SighashCommand extends LineCommand {
    private static final long MAX_TYPE = 0xffffffffL;

    @Override
    Answer answer(JsonFields fields) throws BadInputException {
        Transaction transaction = fields.transaction("tx");
        Bytes script = fields.hex("script");
        if (transaction.inputs().isEmpty()) {
            throw new BadInputException("tx: has no inputs");
        }
        int index = (int) fields.integer("index", 0, transaction.inputs().size() - 1L, null);
        int type = (int) fields.integer("type", Integer.MIN_VALUE, MAX_TYPE, null);
        return new Answer(
                true, SighashCache.legacy(transaction, index, script, type).toString());
    }
}
