package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.starling.mempool.Playground.spend;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;
import org.starling.mempool.MempoolFile.Stored;

class MempoolFileTest {
    private static final Hash256 ONE = Hash256.fromHex("00".repeat(31) + "01");

    @Test
    void anEmptyOneByHand() throws Exception {
        // Version, length and key, then what the key hides from the 17th byte on: a count of 8 bytes and two of one.
        Bytes file = Bytes.fromHex("0200000000000000" + "08" + "0102030405060708" + "0203040506070801" + "0203");

        assertThat(new MempoolFile(List.of(), Map.of(), List.of()).write(Bytes.fromHex("0102030405060708")))
                .isEqualTo(file);
        assertThat(MempoolFile.read(file).entries()).isEmpty();
    }

    @Test
    void oneOfVersion1IsReadAsItStands() throws Exception {
        String delta = ONE.toBytes().hex() + "e803000000000000";

        MempoolFile file = MempoolFile.read(Bytes.fromHex("0100000000000000" + "0000000000000000" + "01" + delta + "01"
                + ONE.toBytes().hex()));

        assertThat(file.feeDeltas()).isEqualTo(Map.of(ONE, 1000L));
        assertThat(file.unbroadcast()).containsExactly(ONE);
    }

    @Test
    void whatAMempoolHeldComesBack() throws Exception {
        Playground play = new Playground();
        Transaction parent = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.now += 5;
        Transaction child = play.add(spend(List.of(parent.outPoint(0)), 98_000));
        play.mempool.prioritise(child.txid(), 500);
        play.mempool.prioritise(ONE, -7);
        play.mempool.addUnbroadcast(child.txid());

        MempoolFile file = MempoolFile.read(MempoolFile.of(play.mempool).write(Bytes.fromHex("1122334455667788")));

        assertThat(file.entries())
                .containsExactly(new Stored(parent, Playground.START, 0), new Stored(child, Playground.START + 5, 500));
        assertThat(file.feeDeltas()).isEqualTo(Map.of(ONE, -7L));
        assertThat(file.unbroadcast()).containsExactly(child.txid());
    }

    @Test
    void damagedOnesAreRefused() {
        assertThatThrownBy(() -> MempoolFile.read(Bytes.fromHex("0300000000000000")))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> MempoolFile.read(Bytes.fromHex("0100000000000000" + "ffffffffffffff7f")))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("too short");
        assertThatThrownBy(() -> MempoolFile.read(Bytes.fromHex("02000000"))).isInstanceOf(MalformedException.class);
    }
}
