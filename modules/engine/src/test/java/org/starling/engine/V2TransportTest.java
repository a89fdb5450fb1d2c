package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.crypto.EllSwift;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

class V2TransportTest {
    private static final Bytes MAGIC = Bytes.fromHex("fabfb5da");
    private static final V2Transport.Rules RULES = new V2Transport.Rules(MAGIC, List.of("addr", "block", "ping"));
    private static final Bytes VERSION_PREFIX = Bytes.fromHex("fabfb5da76657273696f6e0000000000");
    private static final Bytes SECRET = Bytes.fromHex("17".repeat(32));

    private final SeededRandomness random = new SeededRandomness(324);
    private final V2Transport initiator = new V2Transport(RULES, true, random.child("initiator"));
    private final V2Transport responder = new V2Transport(RULES, false, random.child("responder"));

    /** What comes out, as text. */
    private static List<String> drain(Transport transport) {
        List<String> seen = new ArrayList<>();
        for (Transport.Incoming in = transport.next(); in != null; in = transport.next()) {
            seen.add(
                    switch (in) {
                        case Transport.Message message ->
                            message.type() + " " + message.payload() + " " + message.wireBytes();
                        case Transport.BadMessage bad -> "bad: " + bad.reason();
                        case Transport.Failure failure -> "failure: " + failure.reason();
                    });
        }
        return seen;
    }

    private static List<String> give(Transport transport, Bytes data) {
        transport.receive(data);
        return drain(transport);
    }

    /** Hands the bytes over in pieces of that size, at random up to 5000 if it is 0. */
    private List<String> give(Transport transport, Bytes data, int piece) {
        List<String> seen = new ArrayList<>();
        for (int at = 0; at < data.length(); ) {
            int end = Math.min(data.length(), at + (piece == 0 ? 1 + random.below(5000) : piece));
            seen.addAll(give(transport, data.slice(at, end)));
            at = end;
        }
        return seen;
    }

    private void shakeHands(int piece) {
        while (!initiator.label().equals("v2") || !responder.label().equals("v2")) {
            assertThat(give(responder, initiator.takeHandshake(), piece)).isEmpty();
            assertThat(give(initiator, responder.takeHandshake(), piece)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 0, 100_000})
    void twoSidesFindEachOtherHoweverTheBytesAreCut(int piece) {
        assertThat(initiator.ready()).isFalse();
        assertThat(initiator.label()).isEqualTo("detecting");
        shakeHands(piece);
        assertThat(initiator.sessionId()).isEqualTo(responder.sessionId()).matches(id -> id.length() == 32);
        Bytes payload = Bytes.fromHex("0102030405060708");
        Bytes wire = Bytes.concat(
                initiator.encode("ping", payload),
                initiator.encode("verack", Bytes.EMPTY),
                initiator.encode("block", payload));
        assertThat(give(responder, wire, piece))
                .containsExactly("ping 0102030405060708 29", "verack  33", "block 0102030405060708 29");
        assertThat(give(initiator, responder.encode("addr", payload), piece))
                .containsExactly("addr 0102030405060708 29");
    }

    @Test
    void everyMessageOfALongTalkArrivesThoughKeysChange() {
        shakeHands(0);
        for (int i = 0; i < 500; i++) {
            Bytes payload = Bytes.wrap(new byte[i]);
            assertThat(give(responder, initiator.encode("block", payload)))
                    .containsExactly("block " + payload + " " + (21 + i));
            assertThat(give(initiator, responder.encode("x", payload)))
                    .containsExactly("x " + payload + " " + (33 + i));
        }
    }

    @Test
    void theLargestMessagePasses() {
        shakeHands(0);
        byte[] payload = new byte[Limits.MESSAGE_BYTES];
        new SeededRandomness(1).fill(payload);
        responder.receive(initiator.encode("twelve-chars", Bytes.wrap(payload)));
        assertThat(responder.next())
                .isEqualTo(new Transport.Message("twelve-chars", Bytes.wrap(payload), payload.length + 33));
    }

    @Test
    void theResponderKeepsSilentUntilItIsNoV1Link() {
        assertThat(give(responder, MAGIC)).isEmpty();
        assertThat(responder.takeHandshake()).isEqualTo(Bytes.EMPTY);
        assertThat(give(responder, Bytes.fromHex("00"))).isEmpty();
        assertThat(responder.takeHandshake().length()).isBetween(64, 64 + Limits.GARBAGE_BYTES);
        assertThat(responder.ready()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 1000})
    void aV1LinkIsServedAsOne(int piece) {
        V1Transport old = new V1Transport(MAGIC);
        Bytes wire = Bytes.concat(
                old.encode("version", Bytes.fromHex("aa".repeat(90))), old.encode("ping", Bytes.fromHex("01")));
        assertThat(give(responder, wire, piece)).containsExactly("version " + "aa".repeat(90) + " 114", "ping 01 25");
        assertThat(responder.label()).isEqualTo("v1");
        assertThat(responder.ready()).isTrue();
        assertThat(responder.sessionId().isEmpty()).isTrue();
        assertThat(responder.takeHandshake().isEmpty()).isTrue();
        assertThat(give(old, responder.encode("pong", Bytes.fromHex("01")))).containsExactly("pong 01 25");
    }

    @Test
    void aV1LinkOfAnotherNetworkIsRefused() {
        Bytes foreign = Bytes.concat(Bytes.fromHex("0a03cf40"), VERSION_PREFIX.from(4));
        assertThat(give(responder, foreign))
                .containsExactly("failure: V2 transport error: V1 peer with wrong MessageStart 0a03cf40");
        assertThat(give(responder, foreign)).isEmpty();
    }

    @Test
    void garbageWithoutEndIsRefused() {
        assertThat(give(responder, Bytes.wrap(new byte[64 + Limits.GARBAGE_BYTES + 15])))
                .isEmpty();
        assertThat(give(responder, Bytes.wrap(new byte[1])))
                .containsExactly("failure: V2 transport error: missing garbage terminator");
        assertThat(give(responder, Bytes.wrap(new byte[1]))).isEmpty();
    }

    @Test
    void aNodeThatKnowsOnlyV1ClosesUnanswered() {
        assertThat(initiator.refusedUnanswered()).isTrue();
        assertThat(responder.refusedUnanswered()).isFalse();
        give(initiator, Bytes.wrap(new byte[1]));
        assertThat(initiator.refusedUnanswered()).isFalse();
    }

    /** The other end of a link to {@link #responder}, built from the parts of the handshake. */
    private final class HandMade {
        final Bytes key = EllSwift.create(SECRET, Bytes.wrap(new byte[32]));
        final V2Session session;

        HandMade() {
            assertThat(give(responder, key)).isEmpty();
            Bytes theirs = responder.takeHandshake().slice(0, 64);
            session = new V2Session(MAGIC, EllSwift.sharedSecret(SECRET, key, theirs, true), true);
        }

        List<String> say(Bytes... data) {
            return give(responder, Bytes.concat(data));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Limits.GARBAGE_BYTES})
    void garbageOfAllLengthsIsAuthenticated(int length) {
        HandMade peer = new HandMade();
        Bytes garbage = Bytes.wrap(new byte[length]);
        assertThat(peer.say(garbage, peer.session.sendTerminator(), peer.session.encrypt(garbage, false)))
                .isEmpty();
        assertThat(responder.label()).isEqualTo("v2");
        assertThat(responder.sessionId()).isEqualTo(peer.session.id());
    }

    @Test
    void changedGarbageIsNoticed() {
        HandMade peer = new HandMade();
        Bytes said = Bytes.fromHex("010203");
        Bytes changed = Bytes.fromHex("010303");
        assertThat(peer.say(changed, peer.session.sendTerminator(), peer.session.encrypt(said, false)))
                .containsExactly("failure: V2 transport error: packet decryption failure (0 bytes)");
        assertThat(responder.label()).isEqualTo("detecting");
    }

    @Test
    void decoysPassUnseenBeforeAndAfterTheVersionPacket() {
        HandMade peer = new HandMade();
        Bytes garbage = Bytes.fromHex("0102");
        Bytes ping = Bytes.fromHex("03ff");
        assertThat(peer.say(garbage, peer.session.sendTerminator(), peer.session.encrypt(garbage, true, ping)))
                .isEmpty();
        assertThat(responder.label()).isEqualTo("detecting");
        assertThat(peer.say(peer.session.encrypt(Bytes.EMPTY, false, Bytes.fromHex("0000"))))
                .isEmpty();
        assertThat(responder.label()).isEqualTo("v2");
        assertThat(peer.say(
                        peer.session.encrypt(Bytes.EMPTY, true, ping),
                        peer.session.encrypt(Bytes.EMPTY, false, ping),
                        peer.session.encrypt(Bytes.EMPTY, true)))
                .containsExactly("ping ff 22");
    }

    @Test
    void aSpoiledPacketEndsTheStream() {
        shakeHands(0);
        byte[] wire = initiator.encode("ping", Bytes.fromHex("01")).toArray();
        wire[wire.length - 1] ^= 1;
        assertThat(give(responder, Bytes.wrap(wire)))
                .containsExactly("failure: V2 transport error: packet decryption failure (2 bytes)");
        assertThat(give(responder, initiator.encode("ping", Bytes.fromHex("01"))))
                .isEmpty();
    }

    @Test
    void oversizedPacketsAreRefusedByTheirLength() {
        HandMade peer = new HandMade();
        Bytes large = peer.session.encrypt(Bytes.EMPTY, false, Bytes.wrap(new byte[Limits.MESSAGE_BYTES + 14]));
        assertThat(peer.say(peer.session.sendTerminator(), large.slice(0, 3)))
                .containsExactly("failure: V2 transport error: packet too large (4000014 bytes)");
    }

    @Test
    void typesThatAreNoneSpoilOneMessageOnly() {
        HandMade peer = new HandMade();
        peer.say(peer.session.sendTerminator(), peer.session.encrypt(Bytes.EMPTY, false));
        String[] odd = {"", "04", "ff00", "00", "0070696e67", "0070696e670000000000010000", "00ff"};
        for (String contents : odd) {
            Bytes bytes = Bytes.fromHex(contents);
            assertThat(peer.say(peer.session.encrypt(Bytes.EMPTY, false, bytes)))
                    .containsExactly(
                            "bad: V2 transport error: invalid message type (" + bytes.length() + " bytes contents)");
        }
        assertThat(peer.say(peer.session.encrypt(Bytes.EMPTY, false, Bytes.fromHex("0070696e670000000000000000"))))
                .containsExactly("ping  33");
    }

    @Test
    void handshakesComeFromTheRandomnessAlone() {
        Randomness same = new SeededRandomness(5);
        Randomness again = new SeededRandomness(5);
        assertThat(new V2Transport(RULES, true, same).takeHandshake())
                .isEqualTo(new V2Transport(RULES, true, again).takeHandshake())
                .isNotEqualTo(new V2Transport(RULES, true, same).takeHandshake());
    }
}
