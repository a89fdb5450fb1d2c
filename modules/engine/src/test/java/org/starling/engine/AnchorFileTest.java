package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;
import org.starling.engine.AnchorFile.Anchor;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.SeededRandomness;

class AnchorFileTest {
    private static final Bytes MAGIC = Bytes.fromHex("fabfb5da");
    private static final NetAddress IPV4 = NetAddress.parse("1.2.3.4:8333", 0);

    // Magic, one entry: version with BIP-0155, time, services 9, network 1, length, address, port.
    private static final Bytes BODY =
            Bytes.fromHex("fabfb5da" + "01" + "605b0320" + "00000000" + "09" + "01" + "04" + "01020304" + "208d");
    private static final Bytes FILE = Bytes.concat(BODY, Sha256.twice(BODY).toBytes());

    private final MemoryFileStore files = new MemoryFileStore(new MemoryDisk(new SeededRandomness(1)));
    private final List<String> log = new ArrayList<>();

    private List<Anchor> take() {
        return AnchorFile.take(files, "anchors.dat", MAGIC, event -> log.add(event.text()));
    }

    @Test
    void hasTheBytesThatCoreWrites() throws MalformedException {
        assertThat(AnchorFile.encode(List.of(new Anchor(IPV4, 9)), MAGIC)).isEqualTo(FILE);
        assertThat(AnchorFile.decode(FILE, MAGIC)).containsExactly(new Anchor(IPV4, 9));
    }

    @Test
    void keepsAddressesOfEachNetwork() throws MalformedException {
        Anchor onion = new Anchor(new NetAddress(NetworkType.TORV3, Bytes.wrap(new byte[32]), 8333), 0x409);
        assertThat(AnchorFile.decode(AnchorFile.encode(List.of(onion), MAGIC), MAGIC))
                .containsExactly(onion);
    }

    @Test
    void isReadOnce() {
        files.replace("anchors.dat", FILE.toArray());
        assertThat(take()).containsExactly(new Anchor(IPV4, 9));
        assertThat(files.exists("anchors.dat")).isFalse();
        assertThat(take()).isEmpty();
        assertThat(log)
                .containsExactly(
                        "1 block-relay-only anchors will be tried for connections.",
                        "0 block-relay-only anchors will be tried for connections.");
    }

    @Test
    void countsAsNoneIfDamaged() {
        for (int i = 0; i < FILE.length(); i++) {
            byte[] damaged = FILE.toArray();
            damaged[i] ^= 1;
            files.replace("anchors.dat", damaged);
            assertThat(take()).as("byte %d", i).isEmpty();
            assertThat(files.exists("anchors.dat")).isFalse();
        }
        assertThat(log).contains("anchors.dat is damaged (its checksum does not match); going on without it");
    }

    @Test
    void ofAnotherChainIsRefused() {
        assertThatThrownBy(() -> AnchorFile.decode(FILE, Bytes.fromHex("f9beb4d9")))
                .hasMessage("it is of another chain");
    }
}
