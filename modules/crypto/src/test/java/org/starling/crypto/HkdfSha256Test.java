package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class HkdfSha256Test {
    // RFC 5869, test case 1: its output has 42 bytes, of which the first 32 come of the first round.
    @Test
    void extractsAsRfc5869Says() {
        Bytes key = HkdfSha256.extract(Bytes.fromHex("000102030405060708090a0b0c"), Bytes.fromHex("0b".repeat(22)));
        assertThat(key.hex()).isEqualTo("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    }

    // RFC 5869, test case 3: no info.
    @Test
    void expandsAsRfc5869Says() {
        Bytes key = Bytes.fromHex("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
        assertThat(HkdfSha256.expand(key, "").hex())
                .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    }
}
