package org.starling.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.crypto.Musig;
import org.starling.crypto.MusigKey;

/** MuSig2 keys in descriptors (BIP-0390) and what is derived from them (BIP-0328). */
class MusigDescriptorTest {
    private static final AddressPrefixes MAIN = ChainParams.main().prefixes();
    private static final String ALICE = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
    private static final String BOB = "03dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659";
    private static final String XPUB =
            "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL";

    private static List<String> lines(String verdict) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(MusigDescriptorTest.class.getResourceAsStream("musig.txt")),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> line.startsWith(verdict + "|"))
                    .map(line -> line.substring(verdict.length() + 1))
                    .toList();
        }
    }

    static List<String> valid() throws IOException {
        return lines("valid");
    }

    static List<String> invalid() throws IOException {
        return lines("invalid");
    }

    private static Descriptor parse(String text) throws DescriptorException {
        return Descriptor.parse(text, MAIN, false).getFirst();
    }

    @ParameterizedTest
    @MethodSource("valid")
    void givesThePublishedScripts(String line) throws Exception {
        String[] parts = line.split("\\|", -1);
        Descriptor descriptor = parse(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            assertThat(descriptor.scripts(i - 1)).containsExactly(Bytes.fromHex(parts[i]));
        }
        assertThat(parse(descriptor.text()).scripts(2)).isEqualTo(descriptor.scripts(2));
        assertThat(descriptor.isRange()).isEqualTo(parts[0].contains("*"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesWhatThePaperCallsInvalid(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(DescriptorException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tr(musig())              | tr(): musig(): expected keys, ')' and perhaps a path, got 'musig()'
            tr(musig(A)x)            | tr(): musig(): expected keys, ')' and perhaps a path, got 'musig(A)x'
            tr(musig(musig(A),B))    | tr(): musig() cannot be nested in another musig()
            tr(musig(A,B)/0)         | tr(): musig(): derivation requires all participants to be xpubs
            tr(musig(X,X)/0')        | tr(): musig(): cannot have hardened derivation steps, or '0''
            tr(musig(X/*,X)/0)       | tr(): musig(): Cannot have ranged participant keys if musig() has derivation steps
            pk(musig(A,B))           | pk(): musig() is only allowed in tr() and rawtr()
            """)
    void saysWhatIsWrong(String form, String why) {
        String text = form.replace("A", ALICE).replace("B", BOB).replace("X", XPUB);
        assertThatThrownBy(() -> parse(text)).hasMessage(why.replace("(A)", "(" + ALICE + ")"));
    }

    @Test
    void theOrderOfTheKeysDoesNotMatter() throws Exception {
        assertThat(parse("tr(musig(" + ALICE + "," + BOB + "))").scripts(0))
                .isEqualTo(parse("tr(musig(" + BOB + "," + ALICE + "))").scripts(0));
    }

    @Test
    void anExpansionTellsWhatTheKeyIsMadeOf() throws Exception {
        Expansion expansion =
                parse("tr(musig(" + XPUB + "/1," + XPUB + "/2)/7/*)").expand(3);
        Expansion.Musig musig = expansion.musig().getFirst();
        assertThat(musig.participants()).hasSize(2).isSorted();
        assertThat(expansion.keys()).hasSize(3);
        Expansion.Key key = expansion.keys().getFirst();
        assertThat(key.publicKey()).isEqualTo(musig.publicKey());
        assertThat(key.origin().pathText()).isEqualTo("/7/3");
        assertThat(musig.aggregate())
                .isEqualTo(Musig.aggregateKeys(musig.participants()).publicKey());
    }

    /** The example of BIP-0328. */
    @Test
    void anAggregateKeyHasAnExtendedKey() {
        Bytes aggregate = Bytes.fromHex("0354240c76b8f2999143301a99c7f721ee57eee0bce401df3afeaa9ae218c70f23");
        List<Bytes> keys = List.of(
                Bytes.fromHex("03935F972DA013F80AE011890FA89B67A27B7BE6CCB24D3274D18B2D4067F261A9"),
                Bytes.fromHex("02F9308A019258C31049344F85F89D5229B531C845836F99B08601F113BCE036F9"));
        MusigKey key = Musig.aggregateKeys(keys);
        assertThat(key.publicKey()).isEqualTo(aggregate);
        ExtendedKey extended = ExtendedKey.ofAggregate(aggregate);
        assertThat(extended.encode(MAIN))
                .isEqualTo("xpub661MyMwAqRbcFt6tk3uaczE1y6EvM1TqXvawXcYmFEWijEM4PDBnuCXwwXEKGEouzXE6QLLRxjatMcLLzJ5LV5N"
                        + "ib1BN7vJg6yp45yHHRbm");
        assertThat(key.plainTweak(extended.tweak(5)).publicKey())
                .isEqualTo(extended.child(5).publicKey());
    }
}
