package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

/** The bytes are those of RFC 6887 and RFC 6886, written by hand. */
final class PortMappingTest {
    private static final Endpoint GATEWAY = new Endpoint(Bytes.fromHex("c0a80101"), 5351);
    private static final Bytes CLIENT = Bytes.fromHex("c0a80117");
    private static final String PCP_REQUEST = "02010000" + "00001c20" + "00000000000000000000ffffc0a80117" + "NONCE"
            + "06000000" + "208d" + "208d" + "00000000000000000000ffff00000000";
    private static final NetAddress OUTSIDE = Objects.requireNonNull(NetAddress.parse("77.1.2.3:9000", 0));

    private final PortMapping mapping = new PortMapping(GATEWAY, CLIENT, 8333, new SeededRandomness(1));
    private long now = 1_000_000;

    /** The one question that is due now, as hexadecimal digits. */
    private String asked() {
        List<Bytes> questions = mapping.tick(now);
        assertThat(questions).hasSize(1);
        return questions.getFirst().toString();
    }

    private static String nonceOf(String request) {
        return request.substring(48, 72);
    }

    private void answer(String hex) {
        mapping.receive(now, GATEWAY, Bytes.fromHex(hex.replace(" ", "")));
    }

    /** Goes on to the next moment when something is due. */
    private void wait(PortMapping of) {
        now = Math.max(now, of.nextMillis());
    }

    /** PCP's answer to a MAP request: 77.1.2.3:9000. */
    private static String mapped(String nonce, int result, String lifetime, String epoch) {
        return "0281 00 %02x %s %s 000000000000000000000000 %s 06000000 208d 2328 00000000000000000000ffff4d010203"
                .formatted(result, lifetime, epoch, nonce);
    }

    @Test
    void aGatewayThatSpeaksPcp() {
        String request = asked();
        assertThat(request).isEqualTo(PCP_REQUEST.replace("NONCE", nonceOf(request)));
        answer(mapped(nonceOf(request), 0, "00000e10", "00000064"));
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
        assertThat(mapping.nextMillis()).as("half of an hour").isEqualTo(now + 1_800_000);
        wait(mapping);
        String renewal = asked();
        assertThat(nonceOf(renewal)).isEqualTo(nonceOf(request));
        assertThat(renewal.substring(80, 88))
                .as("asks for the port that it has")
                .isEqualTo("208d2328");
        answer(mapped(nonceOf(request), 0, "00000e10", "0000076c"));
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);

        Bytes last = mapping.close().getFirst();
        assertThat(last.toString())
                .isEqualTo(PCP_REQUEST
                        .replace("NONCE", nonceOf(request))
                        .replace("00001c20", "00000000")
                        .replace("208d208d", "208d0000"));
    }

    @Test
    void aHoleInAFirewallOfIpv6() {
        Endpoint router = new Endpoint(Bytes.fromHex("fe800000000000000000000000000001"), 5351);
        Bytes client = Bytes.fromHex("2a0104f8000000000000000000000003");
        PortMapping hole = new PortMapping(router, client, 8333, new SeededRandomness(2));
        String request = hole.tick(now).getFirst().toString();
        assertThat(request)
                .startsWith("02010000" + "00001c20" + client.toString())
                .endsWith("0".repeat(32));
        hole.receive(
                now,
                router,
                Bytes.fromHex("02810000" + "00000e10" + "00000064" + "0".repeat(24) + nonceOf(request) + "06000000"
                        + "208d208d" + client.toString()));
        assertThat(hole.mapped()).hasToString("[2a01:4f8::3]:8333");
    }

    @Test
    void aGatewayThatOnlySpeaksNatPmp() {
        asked();
        answer("0081 0001 00000064");
        assertThat(asked()).isEqualTo("0000");
        answer("0080 0000 00000064 4d010203");
        assertThat(asked()).isEqualTo("00020000" + "208d" + "208d" + "00001c20");
        answer("0082 0000 00000065 208d 2328 00000e10");
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
        wait(mapping);
        assertThat(asked()).as("the address may be another by now").isEqualTo("0000");
        answer("0080 0000 0000076c 4d010204");
        assertThat(asked()).isEqualTo("00020000" + "208d" + "2328" + "00001c20");
        answer("0082 0000 0000076c 208d 2328 00000e10");
        assertThat(mapping.mapped()).hasToString("77.1.2.4:9000");
        assertThat(mapping.close())
                .extracting(Bytes::toString)
                .containsExactly("00020000" + "208d" + "0000" + "00000000");
        assertThat(mapping.mapped()).isNull();
    }

    @Test
    void silenceIsAskedEverMoreSeldomAndThenByNatPmpAndThenNotForAWhile() {
        long start = now;
        List<Long> times = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        while (times.size() < PortMapping.PCP_TRIES + PortMapping.NAT_PMP_TRIES + 1) {
            wait(mapping);
            for (Bytes question : mapping.tick(now)) {
                times.add(now - start);
                lengths.add(question.length());
            }
        }
        assertThat(lengths).containsExactly(60, 60, 60, 60, 2, 2, 2, 2, 2, 2, 2, 2, 2, 60);
        assertThat(times.get(1)).isBetween(2_700L, 3_300L);
        assertThat(times.get(2) - times.get(1)).isBetween(5_400L, 6_600L);
        assertThat(times.get(5) - times.get(4)).isBetween(225L, 275L);
        assertThat(times.get(13) - times.get(12)).isGreaterThan(PortMapping.REST_MILLIS);
        assertThat(mapping.problem()).isEqualTo("no answer");
    }

    @Test
    void aRefusalIsHeldToForAsLongAsItSays() {
        String request = asked();
        answer(mapped(nonceOf(request), 2, "00000e10", "00000064"));
        assertThat(mapping.mapped()).isNull();
        assertThat(mapping.problem()).isEqualTo("refused with code 2");
        assertThat(mapping.nextMillis()).isEqualTo(now + 3_600_000);
    }

    @Test
    void nobodyButTheGatewayIsBelieved() {
        String request = asked();
        String answer = mapped(nonceOf(request), 0, "00000e10", "00000064");
        Bytes bytes = Bytes.fromHex(answer.replace(" ", ""));
        mapping.receive(now, new Endpoint(Bytes.fromHex("c0a80102"), 5351), bytes);
        mapping.receive(now, new Endpoint(GATEWAY.ip(), 5350), bytes);
        answer(mapped("00".repeat(12), 0, "00000e10", "00000064"));
        answer(answer.replace(" 208d ", " 208e "));
        answer(answer.replace("06000000", "11000000"));
        answer("0082 0000 00000065 208d 2328 00000e10");
        assertThat(mapping.mapped()).isNull();
        answer(answer);
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
        answer(mapped(nonceOf(request), 0, "00000e10", "00000064").replace("2328", "2329"));
        assertThat(mapping.mapped()).as("that was not asked for").isEqualTo(OUTSIDE);
    }

    @Test
    void bytesThatMakeNoSenseChangeNothing() {
        String request = asked();
        String answer = mapped(nonceOf(request), 0, "00000e10", "00000064").replace(" ", "");
        for (int length = 0; length < answer.length(); length += 2) {
            answer(answer.substring(0, length));
        }
        Randomness random = new SeededRandomness(3);
        for (int i = 0; i < 1_000; i++) {
            byte[] noise = new byte[random.below(80)];
            random.fill(noise);
            mapping.receive(now, GATEWAY, Bytes.wrap(noise));
        }
        assertThat(mapping.mapped()).isNull();
        answer(answer);
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
    }

    @Test
    void aGatewayThatRestartedIsAskedAnew() {
        String request = asked();
        answer(mapped(nonceOf(request), 0, "00000e10", "00001000"));
        now += 60_000;
        answer("0280 0000 00000000 0000103c 000000000000000000000000");
        assertThat(mapping.tick(now)).as("a minute later by its clock too").isEmpty();
        now += 60_000;
        answer("0280 0000 00000000 00000003 000000000000000000000000");
        assertThat(asked()).as("three seconds after its start").startsWith("0201");
        assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
    }

    @Test
    void aMappingThatIsNotRenewedEnds() {
        String request = asked();
        answer(mapped(nonceOf(request), 0, "00000e10", "00001000"));
        long end = now + 3_600_000;
        while (now < end) {
            assertThat(mapping.mapped()).isEqualTo(OUTSIDE);
            wait(mapping);
            mapping.tick(now);
        }
        assertThat(mapping.mapped()).isNull();
    }

    @Test
    void aGatewayCannotHaveUsAskAllTheTime() {
        String request = asked();
        answer(mapped(nonceOf(request), 0, "00000000", "00001000"));
        assertThat(mapping.nextMillis()).isEqualTo(now + PortMapping.SHORTEST_LIFETIME_SECONDS * 500);
    }

    /** Half of all datagrams are lost, some come twice: the port is mapped nearly all of the time, for 200 seeds. */
    @Test
    void lossOnlyDelays() {
        for (int seed = 0; seed < 200; seed++) {
            Randomness fate = new SeededRandomness(seed);
            PortMapping lossy = new PortMapping(GATEWAY, CLIENT, 8333, new SeededRandomness(seed + 1_000));
            now = 1_000_000;
            long end = now + 24 * 60 * 60_000;
            long without = 0;
            while (now < end) {
                long before = now;
                boolean had = lossy.mapped() != null;
                now = Math.max(now + 1, lossy.nextMillis());
                without += had ? 0 : now - before;
                for (Bytes question : lossy.tick(now)) {
                    int copies = fate.below(4) == 0 ? 2 : fate.below(2);
                    for (int i = 0; i < copies; i++) {
                        String reply = replyTo(question.toString());
                        if (reply != null && fate.below(2) == 0) {
                            lossy.receive(now + i, GATEWAY, Bytes.fromHex(reply.replace(" ", "")));
                        }
                    }
                }
            }
            assertThat(without).as("seed " + seed).isLessThan(3 * 60 * 60_000);
        }
    }

    private @Nullable String replyTo(String question) {
        return question.startsWith("02")
                ? mapped(nonceOf(question), 0, "00001c20", "%08x".formatted(now / 1000))
                : null;
    }
}
