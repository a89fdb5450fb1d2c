package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node in the background, as scripts start it. */
class DaemonTest {
    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void kill() throws Exception {
        background().ifPresent(ProcessHandle::destroyForcibly);
        node.close();
    }

    private Optional<ProcessHandle> background() throws Exception {
        Path file = folder.resolve("regtest/bitcoind.pid");
        return Files.exists(file)
                ? ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                : Optional.empty();
    }

    @Test
    void returnsWhenTheNodeCanBeAskedAndLeavesItRunning() throws Exception {
        Process starter = node.start("-daemonwait");
        assertThat(NodeProcess.endOf(starter)).isZero();
        assertThat(folder.resolve("stdout"))
                .content()
                .matches("Starling starting\nWatch it: http://127.0.0.1:\\d+/#\\w+\n");
        assertThat(node.standardError()).isEmpty();
        assertThat(node.askOnce("getblockcount").out()).isEqualTo("0");
        ProcessHandle background = background().orElseThrow();
        assertThat(background.pid()).isNotEqualTo(starter.pid());

        Process second = node.start("-daemonwait");
        assertThat(NodeProcess.endOf(second)).as("the folder is in use").isEqualTo(1);
        assertThat(node.standardError()).contains("Cannot obtain a lock on");

        assertThat(node.ask("stop").status()).isZero();
        NodeProcess.await(() -> !background.isAlive());
        assertThat(folder.resolve("regtest/debug.log")).content().contains("Shutdown: done");
    }

    @Test
    void aConfigurationFileMayAskForIt() throws Exception {
        Files.writeString(folder.resolve("bitcoin.conf"), "daemon=1\n");
        assertThat(NodeProcess.endOf(node.start())).isZero();
        assertThat(node.ask("getblockcount").out()).isEqualTo("0");
        ProcessHandle background = background().orElseThrow();
        assertThat(node.ask("stop").status()).isZero();
        NodeProcess.await(() -> !background.isAlive());
    }

    @Test
    void whatIsWrongWithTheOptionsIsSaidAtOnce() throws Exception {
        assertThat(NodeProcess.endOf(node.start("-daemon", "-prune=7"))).isEqualTo(1);
        assertThat(node.standardError()).contains("Prune configured below the minimum");
        assertThat(NodeProcess.endOf(node.start("-i2psam=127.0.0.1:7656"))).isEqualTo(1);
        assertThat(node.standardError()).contains("-i2psam is not supported: there is no I2P here");
        assertThat(background()).isEmpty();
    }

    @Test
    void theClientMinesToANewAddress() throws Exception {
        node.start("-printtoconsole=0", "-upnp=0");
        assertThat(node.ask("createwallet", "w").status()).isZero();
        assertThat(node.ask("-generate", "3").out()).contains("\"address\": \"bcrt1", "\"blocks\": [");
        assertThat(node.ask("getblockcount").out()).isEqualTo("3");
    }

    @Test
    void aLongLogIsCutToItsEnd() throws Exception {
        Path log = folder.resolve("long.log");
        Files.writeString(log, "line of a log\n".repeat(1_000_000) + "the last line\n");
        LogSetup.shrink(log);
        assertThat(Files.size(log)).isBetween(9_999_900L, 10_000_000L);
        assertThat(Files.readString(log)).startsWith("line of a log\n").endsWith("the last line\n");
        LogSetup.shrink(log);
        assertThat(Files.size(log)).as("it is short enough now").isGreaterThan(9_999_900L);
    }
}
