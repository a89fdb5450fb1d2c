package org.starling.app;

import java.nio.charset.StandardCharsets;
import org.starling.app.fuzz.Target;

/** Lines of a configuration file. */
public final class ConfigTarget implements Target {
    @Override
    public void accept(byte[] input) {
        Settings settings = new Settings(Options.ofNode());
        try {
            ConfigFile.take(
                    settings, new String(input, StandardCharsets.UTF_8).lines().toList());
            Chains.sectionOf(settings);
        } catch (UsageException e) {
            // It says what is wrong.
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("nothing is said", e);
            }
        }
    }
}
