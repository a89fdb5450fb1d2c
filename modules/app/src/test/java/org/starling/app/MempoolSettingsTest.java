package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.mempool.MempoolOptions;

final class MempoolSettingsTest {
    @TempDir
    private Path folder;

    private MempoolOptions options(String... arguments) throws UsageException {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        return new NodeOptions(settings, DataDirectory.of(folder, "regtest"))
                .config()
                .mempool();
    }

    @Test
    void aMempoolHoldsSomeFamiliesOfFullSizeAtLeast() throws UsageException {
        assertThat(options("-regtest", "-maxmempool=5").maxBytes()).isEqualTo(5_000_000);
        assertThatThrownBy(() -> options("-regtest", "-maxmempool=4"))
                .isInstanceOf(UsageException.class)
                .hasMessage("-maxmempool must be at least 5 MB");
        assertThat(options("-regtest", "-maxmempool=4", "-limitdescendantsize=100")
                        .maxBytes())
                .isEqualTo(4_000_000);
    }
}
