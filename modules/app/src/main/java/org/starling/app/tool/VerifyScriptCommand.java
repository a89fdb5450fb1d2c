package org.starling.app.tool;

import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.SighashCache;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tool verify-script}: does this scriptSig, with this witness, unlock this scriptPubKey? */
@Command(
        name = "verify-script",
        description = {
            "Reads pairs of scripts from standard input, one JSON object a line, and verifies each.",
            "Writes OK, or FAIL and the error's name as in Bitcoin Core's script tests. Exit status 1 if any failed."
        },
        footer = {
            "",
            "  {\"scriptSig\":HEX,\"scriptPubKey\":HEX,\"witness\":[HEX,...],\"amount\":SATOSHIS,\"flags\":\"P2SH,...\"}",
            "",
            "Signatures sign the spending transaction of Core's script tests: version 1, one input with final sequence,",
            "one output of the same amount and an empty script, locktime 0; its input spends output 0 of a coinbase of",
            "version 1 with two empty pushes and that one output. Without witness, amount or flags: none, 0, and the",
            "flags of blocks today. CLEANSTACK brings WITNESS with it, and WITNESS brings P2SH."
        })
final class VerifyScriptCommand extends LineCommand {
    @Option(names = "--explain", description = "Say which opcode failed, where, with the top of the stack.")
    private boolean explain;

    @Override
    Answer answer(JsonFields fields) throws BadInputException {
        SighashCache spend = spend(
                fields.hex("scriptSig"),
                fields.hex("scriptPubKey"),
                fields.hexList("witness"),
                fields.integer("amount", Long.MIN_VALUE, Long.MAX_VALUE, 0L));
        return Verdicts.verify(spend, 0, fields.flags(ScriptFlags.CONSENSUS), explain);
    }

    /** The two transactions of Core's script tests. */
    private static SighashCache spend(Bytes scriptSig, Bytes scriptPubKey, List<Bytes> witness, long amount) {
        TxOut output = new TxOut(amount, scriptPubKey);
        TxIn coinbase = new TxIn(OutPoint.NULL, Bytes.fromHex("0000"), TxIn.SEQUENCE_FINAL);
        Transaction crediting = Transaction.of(1, List.of(coinbase), List.of(output), 0);
        TxIn input = new TxIn(crediting.outPoint(0), scriptSig, TxIn.SEQUENCE_FINAL, witness);
        Transaction spending = Transaction.of(1, List.of(input), List.of(new TxOut(amount, Bytes.EMPTY)), 0);
        return new SighashCache(spending, List.of(output));
    }
}
