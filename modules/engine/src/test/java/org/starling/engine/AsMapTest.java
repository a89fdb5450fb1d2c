package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.world.SeededRandomness;

class AsMapTest {
    // Instructions as bits; AS numbers here are small, less one in 15 bits.
    private static final String RETURN = "0";
    private static final String JUMP_17 = "10 0 00000";
    private static final String MATCH_ALL_OF_8 = "110 1111111 ";
    private static final String MATCH_ONE_BIT_0 = "110 0 0";
    private static final String DEFAULT = "111";

    /** The first bit decides: AS 1 if it is 0, AS 2 if it is 1. */
    private static final String HALVES = JUMP_17 + RETURN + as(1) + RETURN + as(2) + "000000";

    private static String as(int number) {
        String digits = Integer.toBinaryString(number - 1);
        return " 0 " + "0".repeat(15 - digits.length()) + digits;
    }

    /** AS 7 for 1.0.0.0/8, AS 9 for all else. */
    private static String oneBlock() {
        String bits = DEFAULT + as(9)
                + (MATCH_ALL_OF_8 + "00000000").repeat(10)
                + (MATCH_ALL_OF_8 + "11111111").repeat(2)
                + MATCH_ALL_OF_8 + "00000001" + RETURN + as(7);
        String plain = bits.replace(" ", "");
        return plain + "0".repeat((8 - plain.length() % 8) % 8);
    }

    private static Bytes bytes(String text) {
        String bits = text.replace(" ", "");
        assertThat(bits.length() % 8).isZero();
        byte[] bytes = new byte[bits.length() / 8];
        for (int i = 0; i < bits.length(); i++) {
            bytes[i / 8] |= (byte) ((bits.charAt(i) - '0') << (i % 8));
        }
        return Bytes.wrap(bytes);
    }

    private static AsMap map(String bits) throws MalformedException {
        return AsMap.parse(bytes(bits));
    }

    private static NetAddress address(String text) {
        NetAddress address = NetAddress.parse(text, 8333);
        assertThat(address).isNotNull();
        return address;
    }

    @Test
    void aBitDecides() throws MalformedException {
        AsMap map = map(HALVES);
        assertThat(map.asOf(address("[2a00::1]:8333"))).isEqualTo(1);
        assertThat(map.asOf(address("[a000::1]:8333"))).isEqualTo(2);
        assertThat(map.asOf(address("1.2.3.4:8333"))).isEqualTo(1);
    }

    @Test
    void theDefaultIsForThoseThatDoNotMatch() throws MalformedException {
        AsMap map = map(oneBlock());
        assertThat(map.asOf(address("1.2.3.4:8333"))).isEqualTo(7);
        assertThat(map.asOf(address("2.2.3.4:8333"))).isEqualTo(9);
        assertThat(map.asOf(address("[2a00::1]:8333"))).isEqualTo(9);
        assertThat(map.asOf(address("[2002:102:304::]:8333")))
                .as("1.2.3.4 by 6to4")
                .isEqualTo(7);
        assertThat(map.asOf(address("[64:ff9b::102:304]:8333")))
                .as("1.2.3.4 by NAT64")
                .isEqualTo(7);
        assertThat(map.asOf(new NetAddress(NetworkType.TORV3, Bytes.wrap(new byte[32]), 1)))
                .isZero();
    }

    @Test
    void eachBrokenMapIsRefusedWithItsFault() {
        fault("", "it ends within an instruction");
        fault(JUMP_17 + RETURN + as(1) + "0000000", "it ends within an instruction");
        fault("10 0 11111" + RETURN + as(1) + "0000000", "a jump leads past the end");
        fault(JUMP_17 + DEFAULT + as(1) + RETURN + as(2) + "0000", "a jump leads into an instruction");
        fault(RETURN + as(1) + "000 0000 00000000", "something follows that is never reached");
        fault(RETURN + as(1) + "0000001", "its padding is not zero");
        fault(DEFAULT + as(1) + RETURN + as(2) + "0000", "an answer follows a default at once");
        fault(DEFAULT + as(1) + DEFAULT + as(1) + "00", "a default follows another");
        fault(MATCH_ONE_BIT_0 + MATCH_ONE_BIT_0 + RETURN + as(1) + "00000", "two short matches follow each other");
        String tooLong = (MATCH_ALL_OF_8 + "00000000").repeat(16) + MATCH_ONE_BIT_0 + RETURN + as(1);
        int bits = tooLong.replace(" ", "").length();
        fault(tooLong + "0".repeat((8 - bits % 8) % 8), "it reads more bits than an address has");
    }

    private static void fault(String bits, String expected) {
        assertThatThrownBy(() -> map(bits))
                .isInstanceOf(MalformedException.class)
                .hasMessage(expected);
    }

    @Test
    void whatIsAcceptedAnswersForEachAddress() {
        SeededRandomness random = new SeededRandomness(1);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] drawn = bytes(i % 2 == 0 ? HALVES : oneBlock()).toArray();
            int changes = random.below(3);
            for (int j = 0; j < changes; j++) {
                drawn[random.below(drawn.length)] ^= (byte) (1 << random.below(8));
            }
            try {
                AsMap map = AsMap.parse(Bytes.wrap(drawn));
                byte[] ip = new byte[16];
                random.fill(ip);
                assertThat(map.asOf(NetAddress.ofIp(Bytes.wrap(ip), 1))).isNotNegative();
                accepted++;
            } catch (MalformedException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThat(accepted).isBetween(5_000, 19_000);
    }

    @Test
    void theVersionIsThatWhichCoreShows() throws MalformedException {
        // The double SHA-256 of the bits, each as a byte, behind their count.
        assertThat(map(RETURN + as(1) + "0000000").version())
                .isEqualTo(
                        org.starling.crypto.Sha256.twice(Bytes.concat(Bytes.fromHex("18"), Bytes.wrap(new byte[24]))));
    }

    @Test
    void addressesOfOneOperatorAreOneGroup() throws MalformedException {
        Routability byMap = new Routability(false, map(oneBlock()));
        assertThat(byMap.group(address("1.1.3.4:8333"))).isEqualTo(byMap.group(address("1.200.3.4:8333")));
        assertThat(byMap.group(address("5.5.5.5:1"))).isEqualTo(byMap.group(address("[2a00::1]:1")));
        assertThat(byMap.group(address("1.1.3.4:8333"))).isNotEqualTo(byMap.group(address("5.5.5.5:8333")));
        assertThat(Routability.PUBLIC.group(address("1.1.3.4:8333")))
                .isNotEqualTo(Routability.PUBLIC.group(address("1.200.3.4:8333")));
    }
}
