package org.starling.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** BIP-0340's own vectors: signing where the row has a secret key, verification in every row. */
class Bip340VectorsTest {
    @Test
    void everyRow() throws Exception {
        int rows = 0;
        for (String[] row : Vectors.csv("bips/bip-0340/test-vectors.csv")) {
            Bytes key = Bytes.fromHex(row[2]);
            Bytes message = Bytes.fromHex(row[4]);
            Bytes signature = Bytes.fromHex(row[5]);
            if (!row[1].isEmpty() && message.length() == Hash256.BYTES) {
                Bytes secret = Bytes.fromHex(row[1]);
                assertThat(SecretKeys.xOnlyPublicKey(secret).key()).isEqualTo(key);
                assertThat(Schnorr.sign(secret, Hash256.of(message), Bytes.fromHex(row[3])))
                        .as("row %s", row[0])
                        .isEqualTo(signature);
            }
            assertThat(Schnorr.verify(key, signature, message))
                    .as("row %s", row[0])
                    .isEqualTo(row[6].equals("TRUE"));
            rows++;
        }
        assertThat(rows).isEqualTo(19);
    }
}
