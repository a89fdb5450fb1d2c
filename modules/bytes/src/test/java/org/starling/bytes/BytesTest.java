package org.starling.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void equalContentIsEqualWhateverArrayItViews() {
        Bytes whole = Bytes.fromHex("00010203");
        assertThat(whole.slice(1, 3)).isEqualTo(Bytes.fromHex("0102")).hasSameHashCodeAs(Bytes.fromHex("0102"));
        assertThat(whole.slice(1, 3).compact().sharedArray()).hasSize(2);
    }

    @Test
    void ordersAsUnsignedBytes() {
        assertThat(Bytes.fromHex("7f")).isLessThan(Bytes.fromHex("80"));
        assertThat(Bytes.fromHex("80")).isLessThan(Bytes.fromHex("8000"));
    }

    @Test
    void integersAreLittleEndian() throws Exception {
        ByteReader reader = new ByteReader(Hex.decode("ff3412fffffffe01000000000000801f90"));
        assertThat(reader.u8()).isEqualTo(255);
        assertThat(reader.u16()).isEqualTo(0x1234);
        assertThat(reader.u32()).isEqualTo(0xfeffffffL);
        assertThat(reader.i64()).isEqualTo(0x8000000000000001L);
        assertThat(reader.u16BigEndian()).isEqualTo(8080);
        reader.expectEnd();
    }

    @Test
    void compactSizeIsReadOnlyInItsShortestForm() throws Exception {
        assertThat(new ByteReader(Hex.decode("fc")).compactSize()).isEqualTo(252);
        assertThat(new ByteReader(Hex.decode("fdfd00")).compactSize()).isEqualTo(253);
        assertThat(new ByteReader(Hex.decode("fe00000100")).compactSize()).isEqualTo(65536);
        assertThat(new ByteReader(Hex.decode("ffffffffffffffffff")).compactSizeOfAnyRange())
                .isEqualTo(-1);
        for (String wrong : new String[] {"fdfc00", "feffff0000", "ffffffffff00000000", "fe01000002", "fd00", ""}) {
            assertThatThrownBy(() -> new ByteReader(Hex.decode(wrong)).compactSize())
                    .as(wrong)
                    .isInstanceOf(MalformedException.class);
        }
        assertThat(new ByteWriter()
                        .compactSize(252)
                        .compactSize(253)
                        .compactSize(65536)
                        .compactSize(-1)
                        .toBytes()
                        .hex())
                .isEqualTo("fc" + "fdfd00" + "fe00000100" + "ffffffffffffffffff");
    }

    @Test
    void aCountThatCannotFitIsRefusedBeforeAnythingIsAllocated() {
        assertThatThrownBy(() -> new ByteReader(Hex.decode("fe00000001")).count(1))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("16777216 elements");
    }

    @Test
    void hashesAreShownLastByteFirst() {
        byte[] wire = new byte[32];
        wire[0] = 1;
        wire[31] = (byte) 0xab;
        Hash256 hash = Hash256.of(wire);
        assertThat(hash.toString()).startsWith("ab00").endsWith("0001");
        assertThat(Hash256.fromHex(hash.toString())).isEqualTo(hash);
        assertThat(hash.toArray()).isEqualTo(wire);
        assertThat(hash).isGreaterThan(Hash256.fromHex("7f".repeat(32)));
    }
}
