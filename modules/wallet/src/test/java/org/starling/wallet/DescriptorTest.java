package org.starling.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;

class DescriptorTest {
    private static final AddressPrefixes MAIN = ChainParams.main().prefixes();
    private static final AddressPrefixes REGTEST = ChainParams.regtest().prefixes();
    private static final String KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private static final String TPRV =
            "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK";
    private static final String TPUB =
            "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B";

    private static Descriptor main(String text) throws DescriptorException {
        return Descriptor.parse(text, MAIN, false).getFirst();
    }

    private static String script(String text) throws DescriptorException {
        return main(text).scripts(0).getFirst().hex();
    }

    private static String address(String text, int index) throws DescriptorException {
        Bytes script =
                Descriptor.parse(text, REGTEST, false).getFirst().scripts(index).getFirst();
        return Address.ofScript(script).orElseThrow().encode(REGTEST);
    }

    @Test
    void checksum() throws Exception {
        assertThat(main("raw(deadbeef)").text()).isEqualTo("raw(deadbeef)#89f8spxm");
        assertThat(Descriptor.parse("raw(deadbeef)#89f8spxm", MAIN, true)).hasSize(1);
        assertThatThrownBy(() -> Descriptor.parse("raw(deadbeef)", MAIN, true)).hasMessage("Missing checksum");
        assertThatThrownBy(() -> main("raw(deadbeef)#89f8spxn"))
                .hasMessage("Provided checksum '89f8spxn' does not match computed checksum '89f8spxm'");
        assertThatThrownBy(() -> main("raw(deadbeef)#89f8"))
                .hasMessage("Expected 8 character checksum, not 4 characters");
    }

    @Test
    void oneKey() throws Exception {
        assertThat(script("pk(" + KEY + ")")).isEqualTo("21" + KEY + "ac");
        assertThat(script("pkh(" + KEY + ")")).isEqualTo("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac");
        assertThat(script("wpkh(" + KEY + ")")).isEqualTo("0014751e76e8199196d454941c45d1b3a323f1433bd6");
        assertThat(script("sh(wpkh(" + KEY + "))")).isEqualTo("a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487");
        assertThat(main("combo(" + KEY + ")").scripts(0)).hasSize(4);
        assertThat(script("rawtr(" + KEY.substring(2) + ")")).isEqualTo("5120" + KEY.substring(2));
    }

    @Test
    void keysThatDeriveFromAMaster() throws Exception {
        assertThat(address("wpkh(" + TPRV + "/1/1/0)", 0)).isEqualTo("bcrt1qjqmxmkpmxt80xz4y3746zgt0q3u3ferr34acd5");
        assertThat(address("wpkh(" + TPUB + "/1/1/*)", 0)).isEqualTo("bcrt1qjqmxmkpmxt80xz4y3746zgt0q3u3ferr34acd5");
        assertThat(address("wpkh(" + TPUB + "/1/1/*)", 2)).isEqualTo("bcrt1qpgptk2gvshyl0s9lqshsmx932l9ccsv265tvaq");
        Descriptor ranged =
                Descriptor.parse("wpkh(" + TPRV + "/1/1/*)", REGTEST, false).getFirst();
        assertThat(ranged.isRange()).isTrue();
        assertThat(ranged.hasPrivateKeys()).isTrue();
        assertThat(ranged.body()).isEqualTo("wpkh(" + TPUB + "/1/1/*)");
        assertThatThrownBy(() -> address("wpkh(" + TPUB + "/1'/0)", 0))
                .hasMessage("Cannot derive script without private keys");
    }

    @Test
    void severalPaths() throws Exception {
        List<Descriptor> both = Descriptor.parse("wpkh(" + TPUB + "/<0;1>/*)", REGTEST, false);
        assertThat(both).hasSize(2);
        assertThat(both.get(1).body()).isEqualTo("wpkh(" + TPUB + "/1/*)");
    }

    @Test
    void taproot() throws Exception {
        // The first and third wallet vectors of BIP-0341: no script, one script.
        assertThat(script("tr(d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d)"))
                .isEqualTo("512053a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343");
        assertThat(script("tr(187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27,"
                        + "pk(d85a959b0290bf19bb89ed43c916be835475d013da4b362117393e25a48229b8))"))
                .isEqualTo("5120147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3");
        String nested = "tr(" + KEY.substring(2) + ",{pk(" + KEY + "),{multi_a(1," + KEY + "),pk(" + KEY + ")}})";
        assertThat(main(nested).body()).isEqualTo(nested);
    }

    @Test
    void severalKeys() throws Exception {
        String other = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
        assertThat(script("multi(1," + other + "," + KEY + ")")).isEqualTo("5121" + other + "21" + KEY + "52ae");
        assertThat(script("sortedmulti(1," + other + "," + KEY + ")")).isEqualTo("5121" + KEY + "21" + other + "52ae");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "pk()|pk(): No key provided",
                "pk(00)|pk(): Pubkey '00' is invalid",
                "nonsense|'nonsense' is not a valid descriptor function",
                "sh(00)|A function is needed within P2SH",
                "wsh(00)|A function is needed within P2WSH",
                "sh(sh(pk(00)))|Can only have sh() at top level",
                "wsh(wpkh(00))|Can only have wpkh() at top level or inside sh()",
                "multi(0,K)|Multisig threshold cannot be 0, must be at least 1",
                "multi(2,K)|Multisig threshold cannot be larger than the number of keys; threshold is 2 but only 1 keys specified",
                "multi(1,K,K,K,K)|Cannot have 4 pubkeys in bare multisig; only at most 3 pubkeys",
                "addr(x)|Address is not valid",
                "raw(x)|Raw script is not hex",
                "pk([aaaa/0]K)|pk(): Fingerprint is not 4 bytes (4 characters instead of 8 characters)",
                "pk([aaaaaaag/0]K)|pk(): Fingerprint 'aaaaaaag' is not hex",
            })
    void mistakes(String text, String reason) {
        assertThatThrownBy(() -> main(text.replace("K", KEY))).hasMessage(reason);
    }
}
