package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Script;
import org.starling.crypto.Hash160;
import org.starling.crypto.SecretKeys;

/** A signet of one's own: blocks that a wallet of the node signs, and nobody else. */
class SignetMiningTest {
    private static final Bytes KEY = Bytes.fromHex("2a".repeat(32));
    private static final String ADDRESS = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder, "signet");
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private String ask(String... words) {
        NodeProcess.Answer answer = node.ask(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    @Test
    void aWalletWithTheKeySignsWhatIsMined() throws Exception {
        Bytes challenge = Script.witness(0, Hash160.hash(SecretKeys.publicKey(KEY)));
        node.start("-signetchallenge=" + challenge.hex(), "-printtoconsole=0", "-dnsseed=0", "-fixedseeds=0");
        ask("createwallet", "stranger");
        NodeProcess.Answer refused = node.ask("generatetoaddress", "1", ADDRESS, "100000000");
        assertThat(refused.err()).contains("error code: -1").contains("No unlocked wallet has the keys");

        ask("createwallet", "signer");
        String descriptor = "wpkh("
                + new WalletImportFormat(KEY, true).encode(ChainParams.signet().prefixes()) + ")";
        String checksum = ask("getdescriptorinfo", descriptor).replaceAll("(?s).*\"checksum\": \"(\\w+)\".*", "$1");
        ask(
                "-rpcwallet=signer",
                "importdescriptors",
                "[{\"desc\":\"" + descriptor + "#" + checksum + "\",\"timestamp\":\"now\"}]");
        // Some five million hashes: a signet's first blocks are not as easy as regtest's.
        ask("-rpcclienttimeout=120", "generatetoaddress", "1", ADDRESS, "200000000");
        assertThat(ask("getblockcount")).isEqualTo("1");
    }
}
