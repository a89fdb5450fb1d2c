package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class EllSwiftTest {
    @Test
    void decodesTheVectorsOfBip324() throws Exception {
        List<String[]> rows = Vectors.csv("bips/bip-0324/ellswift_decode_test_vectors.csv");
        assertThat(rows).hasSizeGreaterThan(50);
        for (String[] row : rows) {
            assertThat(EllSwift.decode(Bytes.fromHex(row[0])).from(1).hex()).isEqualTo(row[1]);
        }
    }

    // The library picks among a key's encodings at random. Each of those that the vectors list must lead back to it.
    @Test
    void decodesEachSolutionInTheVectorsOfBip324() throws Exception {
        List<String[]> rows = Vectors.csv("bips/bip-0324/xswiftec_inv_test_vectors.csv");
        assertThat(rows).hasSizeGreaterThan(20);
        int solutions = 0;
        for (String[] row : rows) {
            for (int i = 2; i < 10; i++) {
                if (!row[i].isEmpty()) {
                    assertThat(EllSwift.decode(Bytes.fromHex(row[0] + row[i]))
                                    .from(1)
                                    .hex())
                            .isEqualTo(row[1]);
                    solutions++;
                }
            }
        }
        assertThat(solutions).isGreaterThan(50);
    }

    @Test
    void agreesOnTheSecretsOfBip324() throws Exception {
        List<String[]> rows = Vectors.csv("bips/bip-0324/packet_encoding_test_vectors.csv");
        assertThat(rows).hasSizeGreaterThan(5);
        for (String[] row : rows) {
            Bytes secret = Bytes.fromHex(row[1]);
            Bytes ours = Bytes.fromHex(row[2]);
            Bytes theirs = Bytes.fromHex(row[3]);
            assertThat(EllSwift.decode(ours).from(1).hex()).isEqualTo(row[9]);
            assertThat(EllSwift.sharedSecret(secret, ours, theirs, row[4].equals("1"))
                            .hex())
                    .isEqualTo(row[12]);
        }
    }

    @Test
    void bothSidesArriveAtOneSecret() {
        Bytes alice = Bytes.fromHex("a1".repeat(32));
        Bytes bob = Bytes.fromHex("b2".repeat(32));
        Bytes fromAlice = EllSwift.create(alice, Bytes.fromHex("01".repeat(32)));
        Bytes fromBob = EllSwift.create(bob, Bytes.fromHex("02".repeat(32)));
        assertThat(EllSwift.decode(fromAlice)).isEqualTo(SecretKeys.publicKey(alice));
        assertThat(EllSwift.sharedSecret(alice, fromAlice, fromBob, true))
                .isEqualTo(EllSwift.sharedSecret(bob, fromBob, fromAlice, false))
                .isNotEqualTo(EllSwift.sharedSecret(bob, fromBob, fromAlice, true));
    }
}
