package org.starling.wallet.psbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

class PsbtTest {
    /** One input that spends output 1 of transaction abab..., one output of 7 satoshis with an empty script. */
    private static final String UNSIGNED = "0100" + "3c" + "02000000" + "01" + "ab".repeat(32) + "01000000" + "00"
            + "feffffff" + "01" + "0700000000000000" + "00" + "00000000";

    private static final String KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    private static Psbt parse(String... parts) throws MalformedException {
        return Psbt.parse(Bytes.fromHex("70736274ff" + String.join("", parts)));
    }

    @Test
    void readsFieldsAndWritesTheSameBytes() throws Exception {
        String input = "0101" + "09" + "e803000000000000" + "00" // witness UTXO: 1000 satoshis, empty script
                + "0103" + "04" + "03000000" // SINGLE
                + "2206" + KEY + "0c" + "d90c6a4f" + "00000080" + "05000000" // m/0h/5
                + "04fc016107" + "00" // proprietary: identifier "a", subtype 7, nothing
                + "02abcd" + "02" + "beef" // unknown
                + "00";
        Psbt psbt = parse(UNSIGNED, "00", input, "00");
        assertThat(psbt.serialized().hex()).isEqualTo("70736274ff" + UNSIGNED + "00" + reordered(input) + "00");
        PsbtInput read = psbt.inputs().getFirst();
        assertThat(read.witnessUtxo().value()).isEqualTo(1000);
        assertThat(read.sighashType()).isEqualTo(3);
        assertThat(read.derivations().get(Bytes.fromHex(KEY)).pathText()).isEqualTo("/0h/5");
        assertThat(read.map().fields()).containsEntry(Bytes.fromHex("abcd"), Bytes.fromHex("beef"));
        assertThat(psbt.unsigned().outputs().getFirst().value()).isEqualTo(7);
        assertThat(Psbt.decode(psbt.encode())).isEqualTo(psbt);
    }

    /** Fields are written in the order of their types: the unknown one of type ab before the proprietary one. */
    private static String reordered(String input) {
        String proprietary = "04fc01610700";
        String unknown = "02abcd02beef";
        return input.replace(proprietary + unknown, unknown + proprietary);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            70736274fe                            | Invalid PSBT magic bytes
            70736274ff                            | Separator is missing at the end of the global map
            70736274ff00                          | No unsigned transaction was provided
            70736274ff 01fb0401000000 00          | Unsupported version number
            70736274ff 02ab00 01aa 02ab00 01aa 00 | Duplicate key ab00 in the global map
            70736274ff 01fb 03 000000 00          | Global version has 3 bytes, not 4
            70736274ff fd                         | end of data after 6 bytes, 2 short
            70736274ff 03fd0100 00 00             | non-canonical ReadCompactSize()
            """)
    void saysWhatIsWrong(String hex, String why) {
        assertThatThrownBy(() -> Psbt.parse(Bytes.fromHex(hex.replace(" ", ""))))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0113 02 abcd               | Input Taproot key path signature has 2 bytes, not 64 to 65
            0103 01 01                 | Sighash type has 1 bytes, not 4
            020355 04 01000000         | Sighash type key is more than one byte type: 55 follows
            02020a 00                  | Partial signature key is no public key: 0a
            0101 03 000000             | end of data
            0108 02 01ff               | end of data
            0116 00                    | Input Taproot BIP32 keypath key has 0 bytes, not 32
            0117 01 00                 | Input Taproot internal key has 1 bytes, not 32
            02fc01 00                  | Proprietary field key lacks identifier or subtype: 01
            010f 04 00000000           | Field of type 15 is only allowed in PSBT version 2
            """)
    void saysWhatIsWrongWithAnInput(String field, String why) {
        assertThatThrownBy(() -> parse(UNSIGNED, "00", field.replace(" ", ""), "00", "00"))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0106 00             | Output Taproot tree must not be empty
            0106 04 00c00151    | ok
            0106 04 01c00151    | Output Taproot tree is malformed: branches are missing
            0106 08 01c0015101c00151 | ok
            0106 08 00c0015100c00151 | Output Taproot tree is malformed: leaves follow a whole tree
            0106 08 02c0015101c00151 | Output Taproot tree is malformed: no branch is open at depth 1
            0106 0c 02c0015102c0015101c00151 | ok
            0106 04 00c10151    | invalid version 193
            0106 04 81c00151    | a leaf at depth 129, over 128
            """)
    void holdsATaprootTreeToItsForm(String field, String why) throws Exception {
        String[] whole = {UNSIGNED, "00", "00", field.replace(" ", ""), "00"};
        if (why.equals("ok")) {
            assertThat(parse(whole).outputs().getFirst().taprootTree()).isNotEmpty();
        } else {
            assertThatThrownBy(() -> parse(whole)).hasMessageContaining(why);
        }
    }

    static List<Published.Case> valid() {
        return Published.cases("valid");
    }

    static List<Published.Case> invalid() {
        return Published.cases("invalid");
    }

    static List<Published.Case> locktimes() {
        return Published.cases("locktime=");
    }

    @ParameterizedTest
    @MethodSource("valid")
    void readsWhatTheBipsCallValid(Published.Case published) throws Exception {
        Psbt psbt = Psbt.decode(published.base64());
        assertThat(Psbt.decode(psbt.encode())).isEqualTo(psbt);
        assertThat(psbt.serialized().length())
                .isEqualTo(Psbt.decode(published.base64()).serialized().length());
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesWhatTheBipsCallInvalid(Published.Case published) {
        assertThatThrownBy(() -> Psbt.decode(published.base64())).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @MethodSource("locktimes")
    void determinesTheLocktimeOfVersion2(Published.Case published) throws Exception {
        Psbt psbt = Psbt.decode(published.base64());
        int locktime = Integer.parseInt(published.verdict().substring("locktime=".length()));
        assertThat(psbt.unsigned().lockTime()).isEqualTo(locktime);
        assertThat(psbt.toVersion0().unsigned().txid())
                .isEqualTo(psbt.unsigned().txid());
    }

    @Test
    void changesItsVersion() throws Exception {
        Psbt psbt = parse(UNSIGNED, "00", "01030401000000", "00", "00");
        Psbt second = psbt.toVersion2();
        assertThat(second.version()).isEqualTo(2);
        assertThat(Psbt.parse(second.serialized()).unsigned()).isEqualTo(psbt.unsigned());
        assertThat(second.toVersion0()).isEqualTo(psbt);
    }

    /** In version 0 a type of version 2 with other key data is just unknown; version 2 would not have it. */
    @Test
    void changesItsVersionForAllUnknownFields() throws Exception {
        Psbt psbt = parse(UNSIGNED, "0202aa" + "00" + "00", "020fab" + "00" + "00", "0203ab" + "00" + "00");
        assertThat(psbt.inputs().getFirst().unknown()).hasSize(1);
        Psbt second = Psbt.parse(psbt.toVersion2().serialized());
        assertThat(second.unsigned()).isEqualTo(psbt.unsigned());
        assertThat(second.inputs().getFirst().unknown()).isEmpty();
    }

    @Test
    void refusesBase64ThatIsNone() {
        for (String text : Arrays.asList(";definitely not base64;", "cHNidP8", "cHNidP8B=AAA")) {
            assertThatThrownBy(() -> Psbt.decode(text)).hasMessage("invalid base64");
        }
    }
}
