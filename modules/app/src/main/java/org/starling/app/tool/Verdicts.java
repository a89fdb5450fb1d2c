package org.starling.app.tool;

import org.starling.app.tool.LineCommand.Answer;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.SignatureChecker;

/** Verifies one input and says {@code OK}, or {@code FAIL} and the error's name. */
final class Verdicts {
    private Verdicts() {}

    static Answer verify(SighashCache spend, int index, int flags, boolean explain) {
        Explanation explanation = new Explanation();
        ScriptError result =
                ScriptVerifier.verify(spend, index, flags, SignatureChecker.DIRECT, explain ? explanation : null);
        if (result == ScriptError.OK) {
            return new Answer(true, "OK");
        }
        String line = "FAIL " + result.name();
        return new Answer(false, explain ? line + System.lineSeparator() + explanation.of(result) : line);
    }
}
