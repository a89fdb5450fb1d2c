package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Base58;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams.AddressPrefixes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AddressTest {
    private static final AddressPrefixes MAIN = ChainParams.main().prefixes();

    private static JsonNode json(String name) {
        return JsonMapper.shared().readTree(Vectors.bytes("core/" + name).toArray());
    }

    private static AddressPrefixes prefixes(String chain) {
        return ChainParams.of(ChainType.ofLabel(chain).orElseThrow()).prefixes();
    }

    @Test
    void validKeysAndAddresses() {
        for (JsonNode vector : json("key_io_valid.json")) {
            String text = vector.get(0).asString();
            Bytes payload = Bytes.fromHex(vector.get(1).asString());
            JsonNode facts = vector.get(2);
            AddressPrefixes prefixes = prefixes(facts.get("chain").asString());
            if (facts.get("isPrivkey").asBoolean()) {
                WalletImportFormat key = new WalletImportFormat(
                        payload, facts.get("isCompressed").asBoolean());
                assertThat(WalletImportFormat.decode(text, prefixes)).as(text).contains(key);
                assertThat(key.encode(prefixes)).isEqualTo(text);
                assertThat(Address.decode(text, prefixes).address()).as(text).isNull();
            } else {
                Address address = Address.decode(text, prefixes).address();
                assertThat(address).as(text).isNotNull();
                assertThat(address.scriptPubKey()).as(text).isEqualTo(payload);
                assertThat(address.encode(prefixes)).isEqualTo(text);
                assertThat(Address.ofScript(payload)).contains(address);
                assertThat(WalletImportFormat.decode(text, prefixes)).as(text).isEmpty();
                if (facts.has("tryCaseFlip") && facts.get("tryCaseFlip").asBoolean()) {
                    assertThat(Address.decode(text.toUpperCase(Locale.ROOT), prefixes)
                                    .address())
                            .isEqualTo(address);
                }
            }
        }
    }

    @Test
    void invalidKeysAndAddresses() {
        for (JsonNode vector : json("key_io_invalid.json")) {
            String text = vector.get(0).asString();
            for (ChainType chain : ChainType.values()) {
                AddressPrefixes prefixes = ChainParams.of(chain).prefixes();
                assertThat(Address.decode(text, prefixes).address()).as(text).isNull();
                assertThat(Address.decode(text, prefixes).error()).as(text).isNotEmpty();
                assertThat(WalletImportFormat.decode(text, prefixes)).as(text).isEmpty();
            }
        }
    }

    @Test
    void base58() {
        for (JsonNode vector : json("base58_encode_decode.json")) {
            Bytes bytes = Bytes.fromHex(vector.get(0).asString());
            String text = vector.get(1).asString();
            assertThat(Base58.encode(bytes)).isEqualTo(text);
            assertThat(Base58.decode(text)).contains(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty |"
                        + " Invalid or unsupported Segwit (Bech32) or Base58 encoding. |",
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 | Invalid Bech32 checksum | 41",
                "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2 |"
                        + " Version 1+ witness address must use Bech32m checksum |",
                "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P |"
                        + " Invalid Bech32 v0 address program size (16 bytes), per BIP141 |",
                "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du |" + " Version 1+ witness address must use Bech32m checksum |",
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh |"
                        + " Version 0 witness address must use Bech32 checksum |",
                "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4 | Invalid Base 32 character | 59",
                "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R |"
                        + " Invalid Bech32 address witness version |",
                "bc1pw5dgrnzv | Invalid Bech32 address program size (1 byte) |",
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf |"
                        + " Invalid padding in Bech32 data section |",
                "bc1gmk9yu | Empty Bech32 data section |",
                "2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK | Invalid or unsupported Base58-encoded address. |",
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb |"
                        + " Invalid checksum or length of Base58 address (P2PKH or P2SH) |",
            })
    void whatIsWrong(String text, String error, String positions) {
        Address.Decoded decoded = Address.decode(text, MAIN);

        assertThat(decoded.address()).isNull();
        assertThat(decoded.error()).isEqualTo(error);
        assertThat(decoded.errorLocations())
                .isEqualTo(
                        positions == null
                                ? List.of()
                                : Arrays.stream(positions.split(" "))
                                        .map(Integer::valueOf)
                                        .toList());
    }

    @Test
    void spacesAroundBase58AreNoMatter() {
        assertThat(Address.decode(" 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n", MAIN).address())
                .isEqualTo(new Address.PubkeyHash(Bytes.fromHex("62e907b15cbf27d5425399ebf6f0fb50ebb88f18")));
    }

    @Test
    void anchor() {
        Address anchor = new Address.PayToAnchor();

        assertThat(anchor.encode(MAIN)).isEqualTo("bc1pfeessrawgf");
        assertThat(anchor.encode(ChainParams.regtest().prefixes())).isEqualTo("bcrt1pfeesnyr2tx");
        assertThat(Address.decode("bc1pfeessrawgf", MAIN).address()).isEqualTo(anchor);
        assertThat(anchor.scriptPubKey()).isEqualTo(Bytes.fromHex("51024e73"));
    }
}
