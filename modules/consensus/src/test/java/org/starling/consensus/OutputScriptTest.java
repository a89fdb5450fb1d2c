package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Script;

class OutputScriptTest {
    private static final String KEY = "02" + "11".repeat(32);
    private static final String LONG_KEY = "04" + "22".repeat(64);
    private static final String HASH20 = "33".repeat(20);
    private static final String HASH32 = "44".repeat(32);

    private static OutputScript of(String hex) {
        return OutputScript.of(Bytes.fromHex(hex));
    }

    @Test
    void standardForms() {
        assertThat(of("21" + KEY + "ac"))
                .isEqualTo(new OutputScript(OutputScript.Type.PUBKEY, List.of(Bytes.fromHex(KEY))));
        assertThat(of("41" + LONG_KEY + "ac").type().label()).isEqualTo("pubkey");
        assertThat(of("76a914" + HASH20 + "88ac").type().label()).isEqualTo("pubkeyhash");
        assertThat(of("a914" + HASH20 + "87").type().label()).isEqualTo("scripthash");
        assertThat(of("0014" + HASH20).type().label()).isEqualTo("witness_v0_keyhash");
        assertThat(of("0020" + HASH32).type().label()).isEqualTo("witness_v0_scripthash");
        assertThat(of("5120" + HASH32).type().label()).isEqualTo("witness_v1_taproot");
        assertThat(of("51024e73").type().label()).isEqualTo("anchor");
        assertThat(of("5220" + HASH32))
                .isEqualTo(new OutputScript(
                        OutputScript.Type.WITNESS_UNKNOWN, List.of(Bytes.fromHex("02"), Bytes.fromHex(HASH32))));
        assertThat(of("51024e74").type().label()).isEqualTo("witness_unknown");
        assertThat(of("6a").type().label()).isEqualTo("nulldata");
        assertThat(of("6a0401020304").type().label()).isEqualTo("nulldata");
    }

    @Test
    void multisigNamesItsKeys() {
        OutputScript script = of("51" + "21" + KEY + "41" + LONG_KEY + "52ae");

        assertThat(script.type().label()).isEqualTo("multisig");
        assertThat(script.solutions())
                .containsExactly(Bytes.fromHex("01"), Bytes.fromHex(KEY), Bytes.fromHex(LONG_KEY), Bytes.fromHex("02"));
        assertThat(of("51" + ("21" + KEY).repeat(17) + "0111ae").type().label())
                .as("17 keys, the number pushed")
                .isEqualTo("multisig");
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "51",
        "21051111111111111111111111111111111111111111111111111111111111111111ac", // no key begins with 5
        "0015333333333333333333333333333333333333333333", // version 0 with 21 bytes
        "6aac", // data must be pushed
        "6a0201", // cut off
        "52ae", // multisig without keys
        "00ae",
    })
    void nonstandard(String hex) {
        assertThat(of(hex).type().label()).isEqualTo("nonstandard");
    }

    @Test
    void multisigCountsMustFit() {
        String key = "21" + KEY;

        assertThat(of("52" + key + "51ae").type().label()).as("2 of 1").isEqualTo("nonstandard");
        assertThat(of("51" + key + "52ae").type().label()).as("one key missing").isEqualTo("nonstandard");
        assertThat(of("00" + key + "51ae").type().label()).as("0 of 1").isEqualTo("nonstandard");
        assertThat(of("51" + key + "51aeae").type().label()).as("more after it").isEqualTo("nonstandard");
        assertThat(of("51" + key.repeat(21) + "0115ae").type().label())
                .as("21 keys")
                .isEqualTo("nonstandard");
    }

    @Test
    void unspendableOutputsNeedNoCoin() {
        assertThat(Script.isUnspendable(Bytes.fromHex("6aac"))).isTrue();
        assertThat(Script.isUnspendable(Bytes.wrap(new byte[10_001]))).isTrue();
        assertThat(Script.isUnspendable(Bytes.wrap(new byte[10_000]))).isFalse();
        assertThat(Script.isUnspendable(Bytes.EMPTY)).isFalse();
    }
}
