package org.starling.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextEncodingTest {
    @ParameterizedTest
    @CsvSource({"61, 2g", "626262, a3gV", "516b6fcd0f, ABnLTmg", "00000000000000000000, 1111111111", "0000ff, 115Q"})
    void base58(String hex, String text) {
        assertThat(Base58.encode(Bytes.fromHex(hex))).isEqualTo(text);
        assertThat(Base58.decode(text)).contains(Bytes.fromHex(hex));
    }

    @Test
    void base58CheckNoticesAWrongCharacter() {
        String genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        Bytes payload = Bytes.fromHex("0062e907b15cbf27d5425399ebf6f0fb50ebb88f18");
        assertThat(Base58.decodeChecked(genesis)).contains(payload);
        assertThat(Base58.encodeChecked(payload)).isEqualTo(genesis);
        assertThat(Base58.decodeChecked("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")).isEmpty();
        assertThat(Base58.decodeChecked("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0")).isEmpty();
        assertThat(Base58.decodeChecked("11")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A12UEL5L",
                "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
                "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
                "?1ezyfcl"
            })
    void validBech32OfBip173(String text) {
        assertThat(Bech32.decode(text)).map(Bech32.Decoded::variant).contains(Bech32.Variant.BECH32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A1LQFN3A", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", "?1v759aa"})
    void validBech32mOfBip350(String text) {
        assertThat(Bech32.decode(text)).map(Bech32.Decoded::variant).contains(Bech32.Variant.BECH32M);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "a12UEL5L"})
    void invalidBech32(String text) {
        assertThat(Bech32.decode(text)).isEmpty();
    }

    @Test
    void groupsOfFiveBits() {
        Bytes program = Bytes.fromHex("751e76e8199196d454941c45d1b3a323f1433bd6");
        Bytes groups = Bech32.toGroups(program);
        assertThat(groups.length()).isEqualTo(32);
        assertThat(Bech32.fromGroups(groups)).contains(program);
        assertThat(Bech32.fromGroups(Bytes.fromHex("0001")))
                .as("a set bit left over")
                .isEmpty();
        assertThat(Bech32.fromGroups(Bytes.fromHex("000000")))
                .as("a whole group left over")
                .isEmpty();
        assertThat(Bech32.encode(Bech32.Variant.BECH32, "bc", Bytes.concat(Bytes.copyOf((byte) 0), groups)))
                .isEqualTo("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
    }

    @ParameterizedTest
    @CsvSource({
        "abcdef1qpzrz9x8gf2tvdw0s3jn54khce6mua7lmqqqxw, Invalid Bech32 checksum, 11",
        "test1zg69w7y6hn0aqy352euf40x77qddq3dc, Invalid Bech32 checksum, 9 16",
        "abcdef1l7aum6echk45nj2s0wdvt2fg8x9yrzpqzd3ryx, Invalid Bech32m checksum, 21",
        "test1zg69v7y60n00qy352euf40x77qcusag6, Invalid Bech32m checksum, 13 32",
        "a12UEL5L, Invalid character or mixed case, 3 4 5 7",
        "A1G7SGD8, Invalid checksum, ''",
        "M1VUXWEZ, Invalid checksum, ''",
        "pzry9x0s0muk, Missing separator, ''",
        "li1dgmt3, Invalid separator position, 2",
        "x1b4n0q5v, Invalid Base 32 character, 2",
        "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx,"
                + " Bech32 string too long, 90",
    })
    void mistypedCharactersAreFound(String text, String message, String positions) {
        Bech32.Errors errors = Bech32.locateErrors(text);

        assertThat(errors.message()).isEqualTo(message);
        assertThat(errors.positions().stream().map(String::valueOf).toList())
                .isEqualTo(positions.isEmpty() ? List.of() : List.of(positions.split(" ")));
    }

    @Test
    void aLetterThatOnlyLowersToAsciiIsStrange() {
        String kelvin = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4".replaceFirst("KV8", "\u212aV8");

        assertThat(Bech32.decode(kelvin)).isEmpty();
        assertThat(Bech32.locateErrors(kelvin))
                .isEqualTo(new Bech32.Errors("Invalid character or mixed case", List.of(kelvin.indexOf('\u212a'))));
    }

    @Test
    void base58OfBoundedLength() {
        assertThat(Base58.decode("a3gV", 3)).contains(Bytes.fromHex("626262"));
        assertThat(Base58.decode("a3gV", 2)).isEmpty();
        assertThat(Base58.decode("1111", 4)).isPresent();
        assertThat(Base58.decode("1111", 3)).isEmpty();
        assertThat(Base58.decode("11a3gV", 4)).isEmpty();
    }
}
