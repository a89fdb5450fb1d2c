package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;

class V1TransportTest {
    private static final Bytes MAGIC = Bytes.fromHex("fabfb5da");

    // "verack" without payload, then "ping" with eight bytes.
    private static final Bytes VERACK = Bytes.fromHex("fabfb5da76657261636b000000000000000000005df6e0e2");
    private static final Bytes PING =
            Bytes.fromHex("fabfb5da70696e670000000000000000080000003a9d13ba" + "0102030405060708");

    private final V1Transport transport = new V1Transport(MAGIC);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 24, 1000})
    void messagesComeOutHoweverTheBytesAreCut(int piece) {
        Bytes wire = Bytes.concat(VERACK, transport.encode("ping", Bytes.fromHex("0102030405060708")), VERACK);
        List<String> seen = new ArrayList<>();
        for (int at = 0; at < wire.length(); at += piece) {
            transport.receive(wire.slice(at, Math.min(wire.length(), at + piece)));
            for (Transport.Incoming in = transport.next(); in != null; in = transport.next()) {
                Transport.Message message = (Transport.Message) in;
                seen.add(message.type() + " " + message.payload() + " " + message.wireBytes());
            }
        }
        assertThat(seen).containsExactly("verack  24", "ping 0102030405060708 32", "verack  24");
    }

    @Test
    void encodes() {
        assertThat(transport.encode("verack", Bytes.EMPTY)).isEqualTo(VERACK);
    }

    @Test
    void wrongMagicFailsAsSoonAsItIsSeen() {
        transport.receive(Bytes.fromHex("474554202f"));
        assertThat(transport.next())
                .isEqualTo(new Transport.Failure("Header error: Wrong MessageStart 47455420 received"));
        transport.receive(VERACK);
        assertThat(transport.next()).isNull();
    }

    @Test
    void oversizedFailsBeforeThePayload() {
        transport.receive(Bytes.fromHex("fabfb5da6261646d736700000000000001093d0000000000"));
        assertThat(transport.next())
                .isEqualTo(new Transport.Failure("Header error: Size too large (badmsg, 4000001 bytes)"));
    }

    @Test
    void badChecksumSpoilsOneMessageOnly() {
        transport.receive(Bytes.concat(Bytes.fromHex("fabfb5da76657261636b00000000000000000000ffffffff"), VERACK));
        assertThat(transport.next())
                .isEqualTo(new Transport.BadMessage(
                        "Header error: Wrong checksum (verack, 0 bytes), expected 5df6e0e2 was ffffffff", 24));
        assertThat(transport.next()).isInstanceOf(Transport.Message.class);
    }

    @Test
    void typeMustBePaddedWithZeros() {
        transport.receive(Bytes.fromHex("fabfb5da76657200636b000000000000000000005df6e0e2"));
        assertThat(transport.next())
                .isInstanceOfSatisfying(
                        Transport.BadMessage.class,
                        bad -> assertThat(bad.reason()).startsWith("Header error: Invalid message type"));
    }

    @Test
    void aPromisedPayloadTakesMemoryOnlyAsItArrives() {
        long before = used();
        List<V1Transport> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            V1Transport one = new V1Transport(MAGIC);
            one.receive(Bytes.fromHex("fabfb5da6261646d736700000000000000093d0000000000"));
            assertThat(one.next()).isNull();
            many.add(one);
        }
        assertThat(used() - before).isLessThan(200L * 4_000_000 / 4);
        assertThat(many).hasSize(200);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
