package org.starling.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class SecretBoxTest {
    private static final Bytes KEY = Bytes.fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    private static final Bytes NONCE = Bytes.fromHex("070000004041424344454647");
    private static final Bytes PURPOSE = Bytes.fromHex("50515253c0c1c2c3c4c5c6c7");

    /** The example of RFC 8439, section 2.8.2. */
    @Test
    void sealsAsTheStandardSays() {
        byte[] text = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future,"
                        + " sunscreen would be it.")
                .getBytes(UTF_8);

        Bytes sealed = SecretBox.seal(KEY.toArray(), NONCE, PURPOSE, text);

        assertThat(sealed.hex())
                .startsWith(NONCE.hex() + "d31a8d34648e60db7b86afbc53ef7ec2")
                .endsWith("1ae10b594f09e26a7e902ecbd0600691");
        assertThat(SecretBox.open(KEY.toArray(), PURPOSE, sealed)).isEqualTo(text);
    }

    @Test
    void opensNothingThatWasChanged() {
        Bytes sealed = SecretBox.seal(KEY.toArray(), NONCE, PURPOSE, new byte[] {1, 2, 3});
        for (int i = 0; i < sealed.length(); i++) {
            byte[] changed = sealed.toArray();
            changed[i] ^= 1;
            assertThat(SecretBox.open(KEY.toArray(), PURPOSE, Bytes.wrap(changed)))
                    .as("byte %d", i)
                    .isNull();
        }
        assertThat(SecretBox.open(KEY.toArray(), NONCE, sealed))
                .as("another purpose")
                .isNull();
        assertThat(SecretBox.open(new byte[32], PURPOSE, sealed))
                .as("another key")
                .isNull();
        assertThat(SecretBox.open(KEY.toArray(), PURPOSE, sealed.slice(0, 27)))
                .as("cut off")
                .isNull();
    }

    /** Computed with the reference implementation's command line. */
    @Test
    void derivesKeysByArgon2id() {
        PassphraseKey cheap = new PassphraseKey(64, 2, 1, Bytes.wrap("sixteen of salt!".getBytes(UTF_8)));

        assertThat(Bytes.wrap(cheap.derive("password".getBytes(UTF_8))).hex())
                .isEqualTo("3fe7642cf21887f4c7e50e6d08ffdb272dba97c5134bb5eecaee5142d9ee2393");
        assertThat(cheap.derive("passwore".getBytes(UTF_8))).isNotEqualTo(cheap.derive("password".getBytes(UTF_8)));
    }

    @Test
    void refusesAnUnreasonableCost() {
        Bytes salt = Bytes.wrap(new byte[16]);
        assertThatThrownBy(() -> new PassphraseKey(1 << 30, 1, 1, salt)).hasMessageContaining("KiB");
        assertThatThrownBy(() -> new PassphraseKey(64, 0, 1, salt)).hasMessageContaining("0 passes");
    }
}
