package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Coin;
import org.starling.consensus.TxOut;

class CoinCodecTest {
    private static final String KEY = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private static final String KEY_Y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    @Test
    void varIntsAreThoseOfCore() throws MalformedException {
        assertThat(varInt(0)).isEqualTo("00");
        assertThat(varInt(0x7f)).isEqualTo("7f");
        assertThat(varInt(0x80)).isEqualTo("8000");
        assertThat(varInt(0x1234)).isEqualTo("a334");
        assertThat(varInt(0xffff)).isEqualTo("82fe7f");
        assertThat(varInt(0x123456)).isEqualTo("c7e756");
        assertThat(varInt(0x80123456L)).isEqualTo("86ffc7e756");
        assertThat(varInt(0xffffffffL)).isEqualTo("8efefefe7f");
        assertThat(varInt(0x7fffffffffffffffL)).isEqualTo("fefefefefefefefe7f");
        assertThat(varInt(0xffffffffffffffffL)).isEqualTo("80fefefefefefefefe7f");
        for (long value : new long[] {0, 127, 128, 16511, 16512, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            assertThat(CoinCodec.readVarInt(Bytes.fromHex(varInt(value)).reader()))
                    .isEqualTo(value);
        }
    }

    @Test
    void amountsLoseTheirTrailingZeros() {
        assertThat(CoinCodec.compressAmount(0)).isZero();
        assertThat(CoinCodec.compressAmount(1)).isEqualTo(1);
        assertThat(CoinCodec.compressAmount(1_000_000)).isEqualTo(7);
        assertThat(CoinCodec.compressAmount(100_000_000)).isEqualTo(9);
        assertThat(CoinCodec.compressAmount(5_000_000_000L)).isEqualTo(50);
        assertThat(CoinCodec.compressAmount(2_100_000_000_000_000L)).isEqualTo(21_000_000);
        for (long amount = 0; amount < 100_000; amount++) {
            assertThat(CoinCodec.decompressAmount(CoinCodec.compressAmount(amount)))
                    .isEqualTo(amount);
            long large = 2_100_000_000_000_000L - amount;
            assertThat(CoinCodec.decompressAmount(CoinCodec.compressAmount(large)))
                    .isEqualTo(large);
        }
    }

    @Test
    void scriptsAreShortenedByTemplates() throws MalformedException {
        String hash = "00112233445566778899aabbccddeeff00112233";
        assertStored("76a914" + hash + "88ac", "00" + hash);
        assertStored("a914" + hash + "87", "01" + hash);
        assertStored("2102" + KEY + "ac", "02" + KEY);
        assertStored("4104" + KEY + KEY_Y + "ac", "04" + KEY);
        // Not on the curve, so that it could not be brought back: kept whole.
        String wrong = "4104" + KEY + KEY + "ac";
        assertStored(wrong, "49" + wrong);
        assertStored("", "06");
        assertStored("0014" + hash, "1c0014" + hash);
    }

    @Test
    void aCoinOfTheChainStateReadsAsInCore() throws MalformedException {
        Coin paid = CoinCodec.read(Bytes.fromHex("97f23c835800816115944e077fe7c803cfa57f29b36bf87c1d35")
                .reader());
        assertThat(paid.height()).isEqualTo(203_998);
        assertThat(paid.coinbase()).isFalse();
        assertThat(paid.output().value()).isEqualTo(60_000_000_000L);
        assertThat(paid.output().scriptPubKey().hex()).isEqualTo("76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac");
        Coin mined = CoinCodec.read(Bytes.fromHex("8ddf77bbd123008c988f1a4a4de2161e0f50aac7f17e7f9555caa4")
                .reader());
        assertThat(mined.height()).isEqualTo(120_891);
        assertThat(mined.coinbase()).isTrue();
        assertThat(mined.output().value()).isEqualTo(110_397);
    }

    @Test
    void undoDataRoundTrip() throws MalformedException {
        Coin early = new Coin(new TxOut(7, Bytes.fromHex("51")), 0, true);
        Coin late = new Coin(new TxOut(5_000_000_000L, Bytes.fromHex("76a9")), 800_000, false);
        BlockUndo undo = new BlockUndo(List.of(List.of(early, late), List.of(late)));
        ByteWriter writer = new ByteWriter();
        undo.write(writer);
        ByteReader reader = new ByteReader(writer.toArray());
        assertThat(BlockUndo.read(reader)).isEqualTo(undo);
        reader.expectEnd();
        assertThat(undo.spentBy(0)).isEmpty();
        assertThat(undo.spentBy(2)).containsExactly(late);
    }

    private static void assertStored(String script, String stored) throws MalformedException {
        Coin coin = new Coin(new TxOut(0, Bytes.fromHex(script)), 0, false);
        Bytes encoded = Bytes.wrap(CoinCodec.encode(coin));
        assertThat(encoded.hex()).isEqualTo("0000" + stored);
        assertThat(CoinCodec.read(encoded.reader())).isEqualTo(coin);
    }

    private static String varInt(long value) {
        ByteWriter writer = new ByteWriter();
        CoinCodec.writeVarInt(writer, value);
        return writer.toBytes().hex();
    }
}
