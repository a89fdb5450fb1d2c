package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.engine.BanList.Ban;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.SeededRandomness;

class BanListTest {
    private static final long NOW = 1_700_000_000;

    private final BanList list = new BanList();

    private static Subnet subnet(String text) {
        return Objects.requireNonNull(Subnet.parse(text));
    }

    private static NetAddress host(String text) {
        return Objects.requireNonNull(NetAddress.parse(text, 8333));
    }

    @Test
    void aBanHoldsForItsTime() {
        list.ban(subnet("1.2.0.0/16"), new Ban(NOW, NOW + 60));
        assertThat(list.isBanned(NOW + 59, host("1.2.200.1"))).isTrue();
        assertThat(list.isBanned(NOW + 60, host("1.2.200.1"))).isFalse();
        assertThat(list.isBanned(NOW, host("1.3.0.1"))).isFalse();
        assertThat(list.bans(NOW + 60)).isEmpty();
    }

    @Test
    void aLongerBanStaysAndOnlyItsOwnSubnetLiftsIt() {
        list.ban(subnet("1.2.3.4"), new Ban(NOW, NOW + 60));
        list.ban(subnet("1.2.3.4"), new Ban(NOW + 1, NOW + 30));
        assertThat(list.bans(NOW)).containsEntry(subnet("1.2.3.4/32"), new Ban(NOW, NOW + 60));
        assertThat(list.lift(subnet("1.2.3.0/24"))).isFalse();
        assertThat(list.lift(subnet("1.2.3.4"))).isTrue();
        assertThat(list.isBanned(NOW, host("1.2.3.4"))).isFalse();
    }

    @Test
    void theDiscouragedAreShunnedButNotBannedAndAreBounded() {
        list.discourage(host("9.9.9.9:1"));
        assertThat(list.shuns(NOW, host("9.9.9.9:2"))).isTrue();
        assertThat(list.isBanned(NOW, host("9.9.9.9:2"))).isFalse();
        for (int i = 0; i < Limits.DISCOURAGED; i++) {
            byte[] ip = {(byte) (i >> 24), (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            list.discourage(NetAddress.ofIp(org.starling.bytes.Bytes.wrap(ip), 1));
        }
        assertThat(list.discouragedCount()).isEqualTo(Limits.DISCOURAGED);
        assertThat(list.isDiscouraged(host("9.9.9.9:1"))).isFalse();
    }

    @Test
    void theFileIsTheOneThatOperatorsKnow() {
        MemoryFileStore files = new MemoryFileStore(new MemoryDisk(new SeededRandomness(1)));
        String content = "{\"banned_nets\":[{\"version\":1,\"ban_created\":1700000000,\"banned_until\":1700000060,"
                + "\"address\":\"1.2.3.0/24\"}]}";
        files.replace("banlist.json", content.getBytes(StandardCharsets.UTF_8));
        BanList read = BanFile.load(files, "banlist.json", event -> {});
        assertThat(read.isBanned(NOW, host("1.2.3.4"))).isTrue();
        assertThat(new String(BanFile.encode(read, NOW), StandardCharsets.UTF_8))
                .isEqualTo(content);
        assertThat(new String(BanFile.encode(read, NOW + 60), StandardCharsets.UTF_8))
                .isEqualTo("{\"banned_nets\":[]}");
    }

    @Test
    void aDamagedFileIsSetAside() {
        for (String content : List.of("{", "[]", "{\"banned_nets\":[{}]}")) {
            MemoryFileStore files = new MemoryFileStore(new MemoryDisk(new SeededRandomness(1)));
            files.replace("banlist.json", content.getBytes(StandardCharsets.UTF_8));
            List<String> log = new ArrayList<>();
            assertThat(BanFile.load(files, "banlist.json", event -> log.add(event.text()))
                            .bans(NOW))
                    .isEmpty();
            assertThat(log).singleElement().asString().contains("banlist.json.damaged");
            assertThat(files.read("banlist.json")).isNull();
            assertThat(files.read("banlist.json.damaged")).isEqualTo(content.getBytes(StandardCharsets.UTF_8));
        }
    }
}
