package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.ANYONE;
import static org.starling.mempool.Playground.large;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.Block;
import org.starling.consensus.BlockAccounting;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.consensus.Transaction;
import org.starling.consensus.VersionBits;

class BlockAssemblerTest {
    private final Playground play = new Playground();

    private static List<Transaction> body(BlockTemplate template) {
        return template.block()
                .transactions()
                .subList(1, template.block().transactions().size());
    }

    private static Block mine(Block block, ChainParams params) {
        Block at = block;
        while (!Difficulty.checkProofOfWork(at.hash(), at.header().bits(), params.pow())) {
            at = Block.of(at.header().withNonce(at.header().nonce() + 1), at.transactions());
        }
        return at;
    }

    @Test
    void anEmptyMempoolGivesAValidBlock() {
        BlockTemplate template = play.assemble();
        Block block = mine(template.block(), play.params);
        Transaction coinbase = block.transactions().getFirst();

        assertThat(BlockRules.check(block, play.params)).isNull();
        assertThat(BlockRules.checkInContext(block, play.tip, play.params)).isNull();
        assertThat(coinbase.outputs().getFirst().value()).isEqualTo(BlockRules.subsidy(201, play.params));
        assertThat(coinbase.outputs().getFirst().scriptPubKey()).isEqualTo(ANYONE);
        assertThat(coinbase.inputs().getFirst().scriptSig()).isEqualTo(Bytes.fromHex("02c90000"));
        assertThat(template.height()).isEqualTo(201);
        assertThat(block.header().time()).isEqualTo(play.now);
        play.now = 5;
        assertThat(play.assemble().block().header().time())
                .as("a clock behind the chain")
                .isEqualTo(play.tip.medianTimePast() + 1);
    }

    @Test
    void parentsComeBeforeTheChildrenThatPayForThem() {
        Transaction rich = play.add(spend(List.of(play.fund(100_000)), 95_000));
        Transaction poor = play.add(spend(List.of(play.fund(100_000)), 99_880));
        Transaction middle = play.add(spend(List.of(play.fund(100_000)), 97_000));
        Transaction sponsor = play.add(spend(List.of(poor.outPoint(0)), 91_000));

        BlockTemplate template = play.assemble();

        assertThat(body(template)).containsExactly(rich, poor, sponsor, middle);
        assertThat(template.fees()).containsExactly(5_000L, 120L, 8_880L, 3_000L);
        assertThat(template.totalFees()).isEqualTo(17_000);
        assertThat(template.block()
                        .transactions()
                        .getFirst()
                        .outputs()
                        .getFirst()
                        .value())
                .isEqualTo(BlockRules.subsidy(201, play.params) + 17_000);
        Block block = mine(template.block(), play.params);
        assertThat(BlockRules.check(block, play.params)).isNull();
        assertThat(BlockRules.checkInContext(block, play.tip, play.params)).isNull();
        BlockAccounting accounting = new BlockAccounting(play.tip, play.params, true, true);
        for (Transaction transaction : body(template)) {
            assertThat(accounting.add(
                            transaction,
                            transaction.inputs().stream()
                                    .map(input -> play.mempool.coin(input.previous()))
                                    .toList()))
                    .isNull();
        }
        assertThat(accounting.checkCoinbase(block.transactions().getFirst())).isNull();
    }

    @Test
    void aSharedParentCountsForOneOfItsChildrenOnly() {
        Transaction parent = play.add(spend(List.of(play.fund(200_000)), 90_000, 109_800));
        Transaction first = play.add(spend(List.of(parent.outPoint(0)), 80_000));
        Transaction second = play.add(spend(List.of(parent.outPoint(1)), 107_800));
        Transaction other = play.add(spend(List.of(play.fund(100_000)), 98_300));

        assertThat(body(play.assemble()))
                .as("without the parent the second child is better than the other")
                .containsExactly(parent, first, second, other);
    }

    @Test
    void theBlockIsFilledUpToItsLimit() {
        List<Transaction> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(play.add(large(play.fund(1_000_000_000), 90_000, 999_000_000 - 100_000 * i)));
        }
        Transaction small = play.add(spend(List.of(play.fund(100_000)), 99_800));

        List<Transaction> chosen = body(play.assemble());

        assertThat(chosen).contains(small).doesNotContain(all.getFirst());
        assertThat(play.assemble().block().weight()).isBetween(3_500_000, 3_996_000);
        BlockTemplate tiny = new BlockAssembler(
                        play.params,
                        new VersionBits(play.params),
                        new BlockAssembler.Options(5_000, 4_000, new Feerate(1_000), null))
                .assemble(play.mempool, play.tip, ANYONE, play.now);
        assertThat(body(tiny)).containsExactly(small);
        BlockTemplate forLargeCoinbase = new BlockAssembler(
                        play.params,
                        new VersionBits(play.params),
                        new BlockAssembler.Options(5_000, 4_950, new Feerate(1_000), null))
                .assemble(play.mempool, play.tip, ANYONE, play.now);
        assertThat(body(forLargeCoinbase)).isEmpty();
    }

    @Test
    void whatPaysTooLittleStaysOut() {
        play.add(spend(List.of(play.fund(100_000)), 99_800));

        BlockTemplate template = new BlockAssembler(
                        play.params,
                        new VersionBits(play.params),
                        new BlockAssembler.Options(4_000_000, 4_000, new Feerate(5_000), 0x20000007))
                .assemble(play.mempool, play.tip, ANYONE, play.now);

        assertThat(body(template)).isEmpty();
        assertThat(template.block().header().version()).isEqualTo(0x20000007);
    }
}
