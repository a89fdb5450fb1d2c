package org.starling.chain.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockUndo;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BlockFilterTest {
    private static final Block GENESIS = ChainParams.regtest().genesis();
    private static final BlockUndo NOTHING = new BlockUndo(List.of());

    @Test
    void theVectorsOfTheBip() throws MalformedException {
        Path path = Path.of(System.getProperty("starling.vectors", "")).resolve("bips/bip-0158/testnet-19.json");
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        int seen = 0;
        for (JsonNode row : JsonMapper.builder().build().readTree(path.toFile())) {
            if (row.size() < 7) {
                continue; // the names of the columns
            }
            Block block = Block.parse(Bytes.fromHex(row.get(2).stringValue()));
            BlockFilter filter = BlockFilter.of(block, undo(block, row.get(3)));
            assertThat(block.hash()).isEqualTo(Hash256.fromHex(row.get(1).stringValue()));
            assertThat(filter.encoded().hex())
                    .as(row.get(7).stringValue())
                    .isEqualTo(row.get(5).stringValue());
            assertThat(filter.header(Hash256.fromHex(row.get(4).stringValue())))
                    .isEqualTo(Hash256.fromHex(row.get(6).stringValue()));
            BlockFilter read = BlockFilter.parse(block.hash(), filter.encoded());
            for (Bytes script : BlockFilter.scripts(block, undo(block, row.get(3)))) {
                assertThat(read.matchesAny(Set.of(script))).isTrue();
            }
            seen++;
        }
        assertThat(seen).isEqualTo(10);
    }

    private static BlockUndo undo(Block block, JsonNode scripts) {
        List<List<Coin>> spent = new ArrayList<>();
        int at = 0;
        for (Transaction transaction :
                block.transactions().subList(1, block.transactions().size())) {
            List<Coin> coins = new ArrayList<>();
            for (int i = 0; i < transaction.inputs().size(); i++) {
                // The vectors leave empty scripts out.
                Bytes script =
                        at < scripts.size() ? Bytes.fromHex(scripts.get(at++).stringValue()) : Bytes.EMPTY;
                coins.add(new Coin(new TxOut(0, script), 0, false));
            }
            spent.add(coins);
        }
        return new BlockUndo(spent);
    }

    @Test
    void aFilterSeldomSeemsToHoldWhatItDoesNot() throws MalformedException {
        BlockFilter filter = BlockFilter.of(GENESIS, NOTHING);
        Bytes paid = GENESIS.transactions().getFirst().outputs().getFirst().scriptPubKey();
        Bytes other = Bytes.fromHex("0014000000000000000000000000000000000000abcd");
        // Found by search: its number is that of the script which genesis pays to.
        Bytes alike = Bytes.fromHex("001400000000000000000000000000000000000cadcb");

        assertThat(filter.matchesAny(Set.of(paid))).isTrue();
        assertThat(filter.matchesAny(Set.of(other))).isFalse();
        assertThat(filter.matchesAny(Set.of(other, paid))).isTrue();
        assertThat(filter.matchesAny(Set.of())).isFalse();
        assertThat(filter.matchesAny(Set.of(alike))).isTrue();
    }

    @Test
    void aFilterOfNoScriptsIsTheNumberZero() throws MalformedException {
        Block block = Block.of(GENESIS.header(), List.of());

        BlockFilter filter = BlockFilter.of(block, NOTHING);

        assertThat(filter.encoded().hex()).isEqualTo("00");
        assertThat(filter.matchesAny(Set.of(Bytes.fromHex("51")))).isFalse();
    }

    @Test
    void whatIsNoFilterIsRefused() throws MalformedException {
        assertThatThrownBy(() -> BlockFilter.parse(GENESIS.hash(), Bytes.fromHex("feffffff0100")))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("33554431 elements");
        assertThatThrownBy(() -> BlockFilter.parse(GENESIS.hash(), Bytes.EMPTY)).isInstanceOf(MalformedException.class);
        // Twenty bits could be a code, but these are the beginning of a longer one.
        BlockFilter cut = BlockFilter.parse(GENESIS.hash(), Bytes.fromHex("01ffffff"));
        assertThatThrownBy(() -> cut.matchesAny(Set.of(Bytes.fromHex("51"))))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("within a code");
    }
}
