package org.starling.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.wallet.seed.Mnemonic;

class ExpansionTest {
    private static final AddressPrefixes REGTEST = ChainParams.regtest().prefixes();
    private static final String A = master("00");
    private static final String B = master("01");
    private static final String C = master("02");
    private static final String WIF = "cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW";
    private static final String UNCOMPRESSED = "92Pg46rUhgTT7romnV7iGW6W1gbGdeezqdbJCzShkCsYNzyyNcc";

    private static String master(String seed) {
        return ExtendedKey.ofSeed(Bytes.fromHex(seed.repeat(16))).orElseThrow().encode(REGTEST);
    }

    private static Descriptor parse(String text) throws DescriptorException {
        return Descriptor.parse(text, REGTEST, false).getFirst();
    }

    private static String filled(String template) {
        return Pattern.compile("WIF|OLD|PUB|A|B|C").matcher(template).replaceAll(found -> switch (found.group()) {
            case "WIF" -> WIF;
            case "OLD" -> UNCOMPRESSED;
            case "PUB" ->
                ExtendedKey.decode(master("09"), REGTEST).orElseThrow().neuter().encode(REGTEST);
            case "A" -> A;
            case "B" -> B;
            default -> C;
        });
    }

    /** Whatever a descriptor stands for, its expansion signs, and the input is as large as was said at most. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pk(WIF)",
                "pkh(OLD)",
                "pkh(A/44h/1h/0h/0/*)",
                "wpkh(A/84h/1h/0h/1/*)",
                "sh(wpkh(A/49h/1h/0h/0/*))",
                "combo(A/0/*)",
                "multi(1,A/0/*,B/0/*)",
                "sh(multi(2,A/0/*,B/0/*,C/0/*))",
                "wsh(sortedmulti(2,A/0/*,B/0/*,C/0/*))",
                "sh(wsh(multi(2,A/0/*,B/0/*)))",
                "tr(A/86h/1h/0h/0/*)",
                "tr(A/0/*,pk(B/0/*))",
                "tr(A/0/*,{pk(B/0/*),{multi_a(2,A/1/*,C/0/*),pk(C/*h)}})",
                "rawtr(WIF)",
                "wpkh([aabbccdd/1h/2]A/0h/*h)",
            })
    void signsWhatTheDescriptorStandsFor(String template) throws Exception {
        Descriptor descriptor = parse(filled(template));
        Expansion expansion = descriptor.expand(7);
        for (Bytes script : descriptor.scripts(7)) {
            Transaction signed = spend(script, new TransactionSigner(AUXILIARY).add(expansion));

            assertThat(verdict(signed, script)).isEqualTo(ScriptError.OK);
            int weight = signed.weight() - spendUnsigned(script).weight() + 4 * 41;
            int most = descriptor.inputWeight(script);
            assertThat(weight).isBetween(most - 4 * 8 - 3, most + 3);
        }
    }

    /** Without the key of the output itself, a leaf of it signs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tr(PUB/0/*,pk(B/0/*))",
                "tr(PUB/0/*,{pk(PUB/1/*),{pk(PUB/2/*),sortedmulti_a(2,A/1/*,PUB/3/*,C/0/*)}})",
                "tr(PUB/0/*,{{{pk(A/*),multi_a(1,B/0/*,A/5/*)},pk(PUB/4/*)},pk(PUB/5/*)})",
            })
    void signsByALeaf(String template) throws Exception {
        Descriptor descriptor = parse(filled(template));
        Bytes script = descriptor.scripts(3).getFirst();

        Transaction signed = spend(script, new TransactionSigner(AUXILIARY).add(descriptor.expand(3)));

        assertThat(verdict(signed, script)).isEqualTo(ScriptError.OK);
        assertThat(signed.inputs().getFirst().witness()).hasSizeGreaterThan(2);
    }

    /** The keys that BIP-0086 lists for its words. */
    @Test
    void derivesTheTaprootAddressesOfTheStandard() throws Exception {
        Mnemonic words = Mnemonic.parse(
                "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon" + " abandon about");
        AddressPrefixes main = ChainParams.main().prefixes();
        String root = ExtendedKey.ofSeed(words.seed("")).orElseThrow().encode(main);
        Descriptor secret =
                Descriptor.parse("tr(" + root + "/86'/0'/0'/0/*)", main, false).getFirst();
        Descriptor open = secret.normalized(main);

        assertThat(open.body())
                .isEqualTo(
                        "tr([73c5da0a/86h/0h/0h]xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3U"
                                + "KDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ/0/*)");
        assertThat(address(open, 0, main)).isEqualTo("bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr");
        assertThat(address(open, 1, main)).isEqualTo("bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh");
        assertThat(address(secret, 1, main)).isEqualTo(address(open, 1, main));
    }

    private static String address(Descriptor descriptor, int index, AddressPrefixes prefixes) throws Exception {
        return Address.ofScript(descriptor.scripts(index).getFirst())
                .orElseThrow()
                .encode(prefixes);
    }

    @Test
    void writesPrivateKeysOnlyWhenAsked() throws Exception {
        Descriptor descriptor = parse(filled("wsh(multi(2,[00000001/3h]A/1'/0/*,B/5/*,WIF))"));
        String open = descriptor.text()
                + descriptor.body()
                + descriptor.normalized(REGTEST).text()
                + descriptor.expand(0)
                + descriptor;

        assertThat(open).doesNotContain("tprv").doesNotContain(WIF);
        assertThat(descriptor.privateText()).contains(A, B, WIF);
        assertThat(parse(descriptor.privateText()).scripts(4)).isEqualTo(descriptor.scripts(4));
        assertThat(descriptor.normalized(REGTEST).scripts(4)).isEqualTo(descriptor.scripts(4));
        assertThat(descriptor.normalized(REGTEST).hasPrivateKeys()).isFalse();
        assertThat(descriptor.normalized(REGTEST).body()).startsWith("wsh(multi(2,[00000001/3h/1h]tpub");
    }

    @Test
    void tellsWhereKeysComeFrom() throws Exception {
        Expansion given = parse(filled("wpkh([aabbccdd/1h/2]A/0/*)")).expand(5);
        Expansion own = parse(filled("wpkh(A/84h/0/*)")).expand(5);

        assertThat(given.keys().getFirst().origin().fingerprint().hex()).isEqualTo("aabbccdd");
        assertThat(given.keys().getFirst().origin().pathText()).isEqualTo("/1h/2/0/5");
        assertThat(own.keys().getFirst().origin().fingerprint())
                .isEqualTo(ExtendedKey.decode(A, REGTEST).orElseThrow().fingerprint());
        assertThat(own.keys().getFirst().origin().pathText()).isEqualTo("/84h/0/5");
    }

    private static final Bytes AUXILIARY = Bytes.fromHex("00".repeat(32));

    private static Transaction spendUnsigned(Bytes script) {
        TxIn input = new TxIn(new OutPoint(Hash256.fromHex("ab".repeat(32)), 0), Bytes.EMPTY, -2);
        return Transaction.of(2, List.of(input), List.of(new TxOut(40_000, script)), 0);
    }

    private static Transaction spend(Bytes script, TransactionSigner signer) {
        return signer.sign(spendUnsigned(script), List.of(new TxOut(50_000, script)), Sighash.DEFAULT);
    }

    private static ScriptError verdict(Transaction signed, Bytes script) {
        SighashCache sighash = new SighashCache(signed, List.of(new TxOut(50_000, script)));
        return ScriptVerifier.verify(sighash, 0, ScriptFlags.STANDARD);
    }
}
