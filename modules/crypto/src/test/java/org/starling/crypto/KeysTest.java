package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class KeysTest {
    private static final Bytes SECRET = Bytes.fromHex("0b".repeat(32));
    private static final Bytes TWEAK = Bytes.fromHex("1c".repeat(32));
    private static final Bytes KEY = SecretKeys.publicKey(SECRET);

    @Test
    void theGeneratorIsTheKeyOfOne() {
        Bytes one = Bytes.fromHex("00".repeat(31) + "01");
        assertThat(SecretKeys.publicKey(one).hex())
                .isEqualTo("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        assertThat(PublicKeys.compress(SecretKeys.publicKey(one, false))).isEqualTo(SecretKeys.publicKey(one));
        assertThat(PublicKeys.decompress(SecretKeys.publicKey(one))).isEqualTo(SecretKeys.publicKey(one, false));
    }

    @Test
    void tweakingTheSecretTweaksTheKey() {
        assertThat(SecretKeys.publicKey(SecretKeys.tweakAdd(SECRET, TWEAK)))
                .isEqualTo(PublicKeys.tweakAdd(KEY, TWEAK))
                .isEqualTo(PublicKeys.combine(List.of(KEY, SecretKeys.publicKey(TWEAK))));
        assertThat(PublicKeys.tweakMultiply(KEY, TWEAK))
                .isEqualTo(PublicKeys.tweakMultiply(SecretKeys.publicKey(TWEAK), SECRET));
        assertThat(SecretKeys.publicKey(SecretKeys.negate(SECRET))).isEqualTo(PublicKeys.negate(KEY));
    }

    @Test
    void aKeyAndItsNegationSumToNothing() {
        assertThat(PublicKeys.combine(List.of(KEY, PublicKeys.negate(KEY)))).isNull();
        assertThat(SecretKeys.tweakAdd(SECRET, SecretKeys.negate(SECRET))).isNull();
    }

    @Test
    void xOnlyTweaksAgreeForBothParities() {
        for (int i = 1; i < 20; i++) {
            Bytes secret = Bytes.fromHex("%064x".formatted(i));
            Bytes internal = SecretKeys.xOnlyPublicKey(secret).key();
            PublicKeys.XOnly output = PublicKeys.xOnlyTweakAdd(internal, TWEAK);
            assertThat(SecretKeys.xOnlyPublicKey(SecretKeys.xOnlyTweakAdd(secret, TWEAK)))
                    .isEqualTo(output);
            assertThat(PublicKeys.xOnlyTweakAddCheck(output.key(), output.odd(), internal, TWEAK))
                    .isTrue();
            assertThat(PublicKeys.xOnlyTweakAddCheck(output.key(), !output.odd(), internal, TWEAK))
                    .isFalse();
        }
    }

    @Test
    void whatIsNoPointIsNull() {
        Bytes none = Bytes.fromHex("02" + "00".repeat(31) + "05");
        assertThat(PublicKeys.isValid(none)).isFalse();
        assertThat(PublicKeys.isValidXOnly(none.from(1))).isFalse();
        assertThat(PublicKeys.compress(none)).isNull();
        assertThat(PublicKeys.xOnlyTweakAdd(none.from(1), TWEAK)).isNull();
        assertThat(PublicKeys.xOnlyTweakAddCheck(KEY.from(1), false, none.from(1), TWEAK))
                .isFalse();
        assertThat(PublicKeys.combine(List.of(KEY, none))).isNull();
        assertThat(PublicKeys.isValid(KEY.from(1))).isFalse();
    }

    @Test
    void namesTheLibraryOfEachSystem() {
        assertThat(NativeLibrary.resourceName("Linux", "amd64")).isEqualTo("linux-x86_64/libsecp256k1-jni.so");
        assertThat(NativeLibrary.resourceName("Linux", "aarch64")).isEqualTo("linux-aarch64/libsecp256k1-jni.so");
        assertThat(NativeLibrary.resourceName("Mac OS X", "aarch64")).isEqualTo("darwin/libsecp256k1-jni.dylib");
        assertThat(NativeLibrary.resourceName("Windows 11", "amd64")).isEqualTo("mingw-x86_64/secp256k1-jni.dll");
    }
}
