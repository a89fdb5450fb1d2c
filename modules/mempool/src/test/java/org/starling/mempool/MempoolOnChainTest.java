package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.ANYONE;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.chain.Acceptance;
import org.starling.chain.BlockEntry;
import org.starling.chain.Chain;
import org.starling.chain.ChainOptions;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.VersionBits;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.SameThreadWorkers;
import org.starling.world.SeededRandomness;

/** The mempool on a chain with real blocks. */
class MempoolOnChainTest {
    private static final ChainParams PARAMS = ChainParams.regtest();
    private static final long REWARD = 50_0000_0000L;

    private final List<OutPoint> coinbases = new ArrayList<>();
    private long now = PARAMS.genesis().header().time();
    private Chain chain;
    private Mempool mempool;
    private BlockAssembler assembler;

    @BeforeEach
    void mineUntilCoinbasesMature() {
        MemoryDisk disk = new MemoryDisk(new SeededRandomness(1));
        chain = Chain.open(
                new ChainOptions(PARAMS),
                new MemoryKeyValueStore(disk),
                new MemoryFileStore(disk),
                new SameThreadWorkers(),
                new SeededRandomness(2),
                now);
        mempool = new Mempool(PARAMS, MempoolOptions.DEFAULT, chain.coins(), chain.tree()::tip, chain.scriptCache());
        chain.addListener(mempool.chainListener(() -> now * 1000));
        assembler = new BlockAssembler(PARAMS, new VersionBits(PARAMS), BlockAssembler.Options.DEFAULT);
        for (int i = 0; i < 103; i++) {
            coinbases.add(mine().transactions().getFirst().outPoint(0));
        }
    }

    /** Mines what is in the mempool on top of the tip. */
    private Block mine() {
        now += 600;
        return submit(
                assembler.assemble(mempool, chain.tree().tip(), ANYONE, now).block());
    }

    private Block submit(Block template) {
        Block block = template;
        while (!Difficulty.checkProofOfWork(block.hash(), block.header().bits(), PARAMS.pow())) {
            block = Block.of(block.header().withNonce(block.header().nonce() + 1), block.transactions());
        }
        assertThat(chain.processBlock(block, true, now, true)).isInstanceOf(Acceptance.Accepted.class);
        return block;
    }

    private Transaction add(Transaction transaction) {
        assertThat(mempool.accept(transaction, now)).isInstanceOf(AcceptResult.Accepted.class);
        return transaction;
    }

    @Test
    void minedInvalidatedReconsidered() {
        Transaction parent = add(spend(List.of(coinbases.get(0)), REWARD - 10_000));
        Transaction child = add(spend(List.of(parent.outPoint(0)), REWARD - 20_000));
        Block block = mine();

        assertThat(block.transactions().subList(1, 3)).containsExactly(parent, child);
        assertThat(mempool.size()).isZero();
        assertThat(Playground.reason(mempool.test(child, now))).isEqualTo("txn-already-known");

        BlockEntry entry = chain.tree().find(block.hash());
        chain.invalidate(entry);
        chain.activateBest();

        assertThat(mempool.txids()).containsExactlyInAnyOrder(parent.txid(), child.txid());
        assertThat(mempool.entry(child.txid()).ancestorCount()).isEqualTo(2);

        chain.reconsider(entry);
        chain.activateBest();

        assertThat(chain.tree().tip()).isEqualTo(entry);
        assertThat(mempool.size()).isZero();
    }

    @Test
    void aLongerBranchWithAConflictingSpend() {
        BlockEntry fork = chain.tree().tip();
        Transaction mine = add(spend(List.of(coinbases.get(0)), REWARD - 10_000));
        Transaction bystander = add(spend(List.of(coinbases.get(1)), REWARD - 10_000));
        mine();
        Transaction child = add(spend(List.of(mine.outPoint(0)), REWARD - 20_000));
        assertThat(mempool.txids()).containsExactly(child.txid());

        Transaction conflicting = spend(List.of(coinbases.get(0)), REWARD - 50_000);
        Block first = submit(assembler.build(fork, ANYONE, List.of(conflicting), 50_000, now));
        submit(assembler.build(chain.tree().find(first.hash()), ANYONE, List.of(), 0, now + 1));

        assertThat(chain.tree().tip().height()).isEqualTo(fork.height() + 2);
        assertThat(mempool.txids())
                .as("the bystander is back, the loser and its child are gone")
                .containsExactly(bystander.txid());
        assertThat(mine().transactions()).contains(bystander);
    }

    @Test
    void aReorganisationThatMakesACoinbaseYoungAgain() {
        OutPoint youngest = coinbases.get(coinbases.size() - 100);
        Transaction early = add(spend(List.of(youngest), REWARD - 10_000));
        BlockEntry tip = chain.tree().tip();
        chain.invalidate(tip);
        chain.activateBest();

        assertThat(chain.tree().tip().height()).isEqualTo(tip.height() - 1);
        assertThat(mempool.contains(early.txid())).isFalse();
    }
}
