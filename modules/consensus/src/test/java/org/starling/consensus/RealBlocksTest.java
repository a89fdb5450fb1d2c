package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;

/** Blocks of the public chains under the rules. */
class RealBlocksTest {
    @ParameterizedTest
    @CsvSource({
        "300025.block, main, 300025",
        "1087400.block, test, 1087400",
        "928927.block, test, 928927",
        "426884.block, main, 426884",
        "mainnet-574200.block, main, 574200",
    })
    void blocksThatStandAlone(String file, String chain, int height) throws MalformedException {
        ChainParams params = ChainParams.of(ChainType.ofLabel(chain).orElseThrow());
        Block block = Vectors.block(file);

        assertThat(BlockRules.check(block, params)).isNull();
        assertThat(BlockRules.checkMutation(block, height >= params.heights().segwit()))
                .isNull();
        assertThat(BlockRules.checkInContext(block, parent(block, height), params))
                .isNull();
    }

    // The parent's time is not known; it is at most two hours after this block's, and here equal to it.
    private static HeaderView parent(Block block, int height) {
        return new HeaderChain.Header(
                block.header().previous(),
                height - 1,
                4,
                block.header().time(),
                block.header().bits(),
                null);
    }

    @ParameterizedTest
    @CsvSource({"300025, main", "1087400, test", "928927, test"})
    void allRulesWithTheirPrevouts(int height, String chain) throws MalformedException {
        ChainParams params = ChainParams.of(ChainType.ofLabel(chain).orElseThrow());
        Block block = Vectors.block(height + ".block");
        List<TxOut> prevouts = Vectors.prevouts(height + ".prevouts");
        int flags = BlockRules.scriptFlags(block.hash(), height, params);
        BlockAccounting accounting = new BlockAccounting(parent(block, height), params, true, true);
        int at = 0;
        for (Transaction transaction : block.transactions()) {
            List<Coin> coins = new ArrayList<>();
            if (!transaction.isCoinbase()) {
                int inputs = transaction.inputs().size();
                List<TxOut> spent = prevouts.subList(at, at + inputs);
                at += inputs;
                spent.forEach(output -> coins.add(new Coin(output, 0, false)));
                SighashCache cache = new SighashCache(transaction, spent);
                for (int i = 0; i < inputs; i++) {
                    assertThat(ScriptVerifier.verify(cache, i, flags)).isEqualTo(ScriptError.OK);
                }
            }
            assertThat(accounting.add(transaction, coins)).isNull();
        }

        assertThat(at).isEqualTo(prevouts.size());
        Transaction coinbase = block.transactions().getFirst();
        assertThat(accounting.checkCoinbase(coinbase)).isNull();
        assertThat(TransactionRules.outputValue(coinbase))
                .as("these miners claimed everything")
                .isEqualTo(BlockRules.subsidy(height, params) + accounting.fees());
    }

    @Test
    void theFirstBlocksOfTheMainChain() throws MalformedException {
        ChainParams main = ChainParams.main();
        Map<Hash256, Block> byParent = new HashMap<>();
        long now = 0;
        for (Block block : Vectors.blockFile("mainnet-first-439.blk.dat", main.magic())) {
            byParent.put(block.header().previous(), block);
            now = Math.max(now, block.header().time());
        }
        HeaderView tip = view(main.genesis(), null);
        for (Block block = byParent.get(tip.hash()); block != null; block = byParent.get(tip.hash())) {
            assertThat(BlockRules.check(block, main)).isNull();
            assertThat(HeaderRules.checkInContext(block.header(), tip, main, now))
                    .isNull();
            assertThat(BlockRules.checkInContext(block, tip, main)).isNull();
            tip = view(block, tip);
        }

        assertThat(tip.height()).isEqualTo(438);
        assertThat(byParent).as("genesis and all that follow it").hasSize(439);
    }

    private static HeaderView view(Block block, @Nullable HeaderView parent) {
        BlockHeader header = block.header();
        int height = parent == null ? 0 : parent.height() + 1;
        return new HeaderChain.Header(block.hash(), height, header.version(), header.time(), header.bits(), parent);
    }
}
