package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.starling.crypto.Vectors.hex;
import static org.starling.crypto.Vectors.pick;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import tools.jackson.databind.JsonNode;

/** MuSig2: the vectors of BIP-0327 as far as the library's interface reaches, and one signing from end to end. */
class Bip327VectorsTest {
    private static JsonNode vectors(String name) {
        return Vectors.json("bips/bip-0327/vectors/" + name + "_vectors.json");
    }

    /** A secret nonce with given contents, in the library's form: a mark, two numbers, the parsed public key. */
    private static Musig.SecretNonce secretNonce(Bytes bip327) {
        Bytes publicKey = bip327.from(64);
        return new Musig.SecretNonce(
                Bytes.concat(Bytes.fromHex("220edcf1"), bip327.slice(0, 64), Bytes.wrap(PublicKeys.parse(publicKey)))
                        .toArray(),
                publicKey);
    }

    private static MusigKey tweakedKey(JsonNode pool, JsonNode testCase) {
        MusigKey key = Musig.aggregateKeys(pick(pool.get("pubkeys"), testCase.get("key_indices")));
        JsonNode tweaks = testCase.get("tweak_indices");
        for (int i = 0; key != null && i < tweaks.size(); i++) {
            Bytes tweak = hex(pool.get("tweaks").get(tweaks.get(i).asInt()));
            key = testCase.get("is_xonly").get(i).asBoolean() ? key.xOnlyTweak(tweak) : key.plainTweak(tweak);
        }
        return key;
    }

    @Test
    void aggregatesKeys() {
        JsonNode vectors = vectors("key_agg");
        for (JsonNode testCase : vectors.get("valid_test_cases")) {
            assertThat(Musig.aggregateKeys(pick(vectors.get("pubkeys"), testCase.get("key_indices")))
                            .xOnlyKey())
                    .isEqualTo(hex(testCase.get("expected")));
        }
        for (JsonNode testCase : vectors.get("error_test_cases")) {
            assertThat(tweakedKey(vectors, testCase)).as(testCase.toString()).isNull();
        }
    }

    @Test
    void drawsNonces() {
        // The last row is the one without an aggregate key, which the others give as an X that no keys sum to.
        JsonNode row = vectors("nonce_gen").get("test_cases").get(3);
        Musig.Nonce nonce = Musig.generateNonce(hex(row.get("rand_")), hex(row.get("pk")), null, null, null, null);
        assertThat(nonce.publicNonce()).isEqualTo(hex(row.get("expected_pubnonce")));
        assertThat(Bytes.wrap(nonce.secret().take()).slice(4, 68))
                .isEqualTo(hex(row.get("expected_secnonce")).slice(0, 64));
    }

    @Test
    void aggregatesNonces() {
        JsonNode vectors = vectors("nonce_agg");
        for (JsonNode testCase : vectors.get("valid_test_cases")) {
            assertThat(Musig.aggregateNonces(pick(vectors.get("pnonces"), testCase.get("pnonce_indices"))))
                    .isEqualTo(hex(testCase.get("expected")));
        }
        for (JsonNode testCase : vectors.get("error_test_cases")) {
            assertThat(Musig.aggregateNonces(pick(vectors.get("pnonces"), testCase.get("pnonce_indices"))))
                    .isNull();
        }
    }

    @Test
    void signsAndVerifiesParts() {
        JsonNode vectors = vectors("sign_verify");
        int signed = 0;
        for (JsonNode testCase : vectors.get("valid_test_cases")) {
            List<Bytes> keys = pick(vectors.get("pubkeys"), testCase.get("key_indices"));
            List<Bytes> nonces = pick(vectors.get("pnonces"), testCase.get("nonce_indices"));
            Bytes message =
                    hex(vectors.get("msgs").get(testCase.get("msg_index").asInt()));
            if (message.length() != 32) {
                continue; // the library signs hashes only
            }
            Bytes aggregate = hex(
                    vectors.get("aggnonces").get(testCase.get("aggnonce_index").asInt()));
            assertThat(Musig.aggregateNonces(nonces)).isEqualTo(aggregate);
            MusigSession session = MusigSession.start(Musig.aggregateKeys(keys), aggregate, message);
            Bytes part = session.sign(secretNonce(hex(vectors.get("secnonces").get(0))), hex(vectors.get("sk")));
            assertThat(part).isEqualTo(hex(testCase.get("expected")));
            int signer = testCase.get("signer_index").asInt();
            assertThat(session.verify(part, nonces.get(signer), keys.get(signer)))
                    .isTrue();
            signed++;
        }
        assertThat(signed).isGreaterThanOrEqualTo(4);
    }

    @Test
    void refusesWrongParts() {
        JsonNode vectors = vectors("sign_verify");
        JsonNode right = vectors.get("valid_test_cases").get(0);
        List<Bytes> keys = pick(vectors.get("pubkeys"), right.get("key_indices"));
        List<Bytes> nonces = pick(vectors.get("pnonces"), right.get("nonce_indices"));
        MusigSession session = MusigSession.start(
                Musig.aggregateKeys(keys),
                Musig.aggregateNonces(nonces),
                hex(vectors.get("msgs").get(0)));
        for (JsonNode testCase : vectors.get("verify_fail_test_cases")) {
            List<Bytes> signers = pick(vectors.get("pubkeys"), testCase.get("key_indices"));
            int signer = testCase.get("signer_index").asInt();
            assertThat(session.verify(hex(testCase.get("sig")), nonces.get(signer), signers.get(signer)))
                    .as(testCase.get("comment").asString())
                    .isFalse();
        }
        for (JsonNode testCase : vectors.get("verify_error_test_cases")) {
            int signer = testCase.get("signer_index").asInt();
            assertThat(session.verify(
                            hex(testCase.get("sig")),
                            pick(vectors.get("pnonces"), testCase.get("nonce_indices"))
                                    .get(signer),
                            pick(vectors.get("pubkeys"), testCase.get("key_indices"))
                                    .get(signer)))
                    .isFalse();
        }
        for (int index = 2; index < vectors.get("aggnonces").size(); index++) {
            Bytes malformed = hex(vectors.get("aggnonces").get(index));
            assertThat(MusigSession.start(
                            Musig.aggregateKeys(keys),
                            malformed,
                            hex(vectors.get("msgs").get(0))))
                    .isNull();
        }
    }

    @Test
    void signsForTweakedKeys() {
        JsonNode vectors = vectors("tweak");
        for (JsonNode testCase : vectors.get("valid_test_cases")) {
            MusigSession session = MusigSession.start(
                    tweakedKey(vectors, testCase), hex(vectors.get("aggnonce")), hex(vectors.get("msg")));
            assertThat(session.sign(secretNonce(hex(vectors.get("secnonce"))), hex(vectors.get("sk"))))
                    .as(testCase.get("comment").asString())
                    .isEqualTo(hex(testCase.get("expected")));
        }
        assertThat(tweakedKey(vectors, vectors.get("error_test_cases").get(0))).isNull();
    }

    @Test
    void aggregatesSignatures() {
        JsonNode vectors = vectors("sig_agg");
        for (JsonNode testCase : vectors.get("valid_test_cases")) {
            MusigKey key = tweakedKey(vectors, testCase);
            Bytes message = hex(vectors.get("msg"));
            Bytes signature = MusigSession.start(key, hex(testCase.get("aggnonce")), message)
                    .aggregate(pick(vectors.get("psigs"), testCase.get("psig_indices")));
            assertThat(signature).isEqualTo(hex(testCase.get("expected")));
            assertThat(Schnorr.verify(key.xOnlyKey(), signature, message)).isTrue();
        }
        JsonNode error = vectors.get("error_test_cases").get(0);
        assertThat(MusigSession.start(tweakedKey(vectors, error), hex(error.get("aggnonce")), hex(vectors.get("msg")))
                        .aggregate(pick(vectors.get("psigs"), error.get("psig_indices"))))
                .isNull();
    }

    @Test
    void twoSignersMakeOneSignature() {
        Bytes alice = Bytes.fromHex("a1".repeat(32));
        Bytes bob = Bytes.fromHex("b2".repeat(32));
        List<Bytes> keys = List.of(SecretKeys.publicKey(alice), SecretKeys.publicKey(bob));
        MusigKey key = Musig.aggregateKeys(keys);
        Bytes message = Sha256.once(Bytes.EMPTY).toBytes();
        Musig.Nonce nonceA =
                Musig.generateNonce(Bytes.fromHex("01".repeat(32)), keys.get(0), alice, key, message, null);
        Musig.Nonce nonceB = Musig.generateNonce(Bytes.fromHex("02".repeat(32)), keys.get(1), bob, key, message, null);
        MusigSession session = MusigSession.start(
                key, Musig.aggregateNonces(List.of(nonceA.publicNonce(), nonceB.publicNonce())), message);
        Bytes partA = session.sign(nonceA.secret(), alice);
        Bytes partB = session.sign(nonceB.secret(), bob);
        assertThat(session.verify(partA, nonceA.publicNonce(), keys.get(0))).isTrue();
        assertThat(session.verify(partA, nonceB.publicNonce(), keys.get(1))).isFalse();
        assertThat(Schnorr.verify(key.xOnlyKey(), session.aggregate(List.of(partA, partB)), message))
                .isTrue();
        assertThatThrownBy(() -> session.sign(nonceA.secret(), alice)).isInstanceOf(IllegalStateException.class);
        Musig.Nonce again = Musig.generateNonce(Bytes.fromHex("03".repeat(32)), keys.get(0), alice, key, message, null);
        assertThatThrownBy(() -> session.sign(again.secret(), bob)).isInstanceOf(IllegalArgumentException.class);
    }
}
