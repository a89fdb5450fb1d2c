package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.crypto.EllSwift;

class V2SessionTest {
    private static final Bytes MAGIC = Bytes.fromHex("f9beb4d9");

    /** A row of the packet vectors of BIP-0324, the columns in their order. */
    private record Row(String[] columns) {
        Bytes hex(int column) {
            return Bytes.fromHex(columns[column]);
        }

        boolean initiating() {
            return columns[4].equals("1");
        }

        V2Session ours() {
            return new V2Session(MAGIC, hex(12), initiating());
        }

        V2Session theirs() {
            return new V2Session(MAGIC, hex(12), !initiating());
        }

        Bytes contents() {
            Bytes[] copies = new Bytes[Integer.parseInt(columns[6])];
            Arrays.fill(copies, hex(5));
            return Bytes.concat(copies);
        }

        /** The packet that the vector asks for, after as many empty decoys as it says. */
        Bytes packet() {
            V2Session session = ours();
            for (int i = 0; i < Integer.parseInt(columns[0]); i++) {
                session.encrypt(Bytes.EMPTY, true);
            }
            return session.encrypt(hex(7), columns[8].equals("1"), contents());
        }
    }

    private static List<Row> rows() throws IOException {
        Path path = Path.of(System.getProperty("starling.vectors", ""))
                .resolve("bips/bip-0324/packet_encoding_test_vectors.csv");
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        return Files.readAllLines(path).stream()
                .skip(1)
                .map(line -> new Row(line.split(",", -1)))
                .toList();
    }

    @Test
    void derivesAndEncryptsAsTheVectorsOfBip324Say() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(5);
        for (Row row : rows()) {
            assertThat(EllSwift.sharedSecret(row.hex(1), row.hex(2), row.hex(3), row.initiating()))
                    .isEqualTo(row.hex(12));
            V2Session session = row.ours();
            assertThat(session.sendTerminator()).isEqualTo(row.hex(17));
            assertThat(session.receiveTerminator()).isEqualTo(row.hex(18));
            assertThat(session.id()).isEqualTo(row.hex(19));
            Bytes packet = row.packet();
            if (!row.columns()[20].isEmpty()) {
                assertThat(packet).isEqualTo(row.hex(20));
            }
            assertThat(packet.hex()).endsWith(row.columns()[21]);
        }
    }

    @Test
    void theOtherSideOpensThePacketsOfTheVectors() throws IOException {
        for (Row row : rows()) {
            V2Session sender = row.ours();
            V2Session receiver = row.theirs();
            for (int i = 0; i < Integer.parseInt(row.columns()[0]); i++) {
                assertThat(open(receiver, sender.encrypt(Bytes.EMPTY, true), Bytes.EMPTY))
                        .isEqualTo(Bytes.copyOf((byte) 0x80));
            }
            Bytes opened = open(receiver, row.packet(), row.hex(7));
            assertThat(opened.get(0)).isEqualTo((byte) (row.columns()[8].equals("1") ? 0x80 : 0));
            assertThat(opened.from(1)).isEqualTo(row.contents());
        }
    }

    /** The header byte and the contents. */
    private static Bytes open(V2Session receiver, Bytes packet, Bytes associated) {
        int length = receiver.decryptLength(packet.slice(0, 3).toArray());
        assertThat(length).isEqualTo(packet.length() - V2Session.EXPANSION);
        byte[] rest = packet.from(3).toArray();
        assertThat(receiver.decrypt(rest, rest.length, associated)).isTrue();
        return Bytes.wrap(rest, 0, 1 + length);
    }
}
