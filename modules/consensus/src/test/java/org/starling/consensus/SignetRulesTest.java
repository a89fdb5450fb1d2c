package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.SecretKeys;

class SignetRulesTest {
    private static final Bytes KEY = Bytes.fromHex("11".repeat(32));
    private static final Bytes CHALLENGE = Script.p2pk(SecretKeys.publicKey(KEY));
    private static final Bytes COMMITMENT = BlockRules.witnessCommitmentScript(Hash256.ZERO);
    private static final Hash256 GENESIS = Hash256.ZERO;

    private static Block block(int number, Bytes commitmentScript) {
        Transaction coinbase = Transaction.of(
                1,
                List.of(new TxIn(OutPoint.NULL, BlockRules.heightPush(100 + number), -1)),
                List.of(new TxOut(50, Bytes.fromHex("51")), new TxOut(0, commitmentScript)),
                0);
        List<Transaction> transactions = new ArrayList<>(List.of(coinbase));
        Hash256 root = MerkleTree.ofTransactions(transactions).hash();
        return Block.of(new BlockHeader(0x20000000, Hash256.ZERO, root, 1_600_000_000, 0x1e0377ae, 0), transactions);
    }

    private static Bytes withSolution(Bytes scriptSig) {
        Bytes solution = new ByteWriter().varBytes(scriptSig).compactSize(0).toBytes();
        return Bytes.concat(
                COMMITMENT,
                new ScriptBuilder()
                        .data(Bytes.concat(Bytes.fromHex("ecc7daa2"), solution))
                        .build());
    }

    /** What a signet's miner does: signs the block with an empty solution, then puts the solution in. */
    private static Bytes sign(int number) {
        Bytes empty = Bytes.concat(
                COMMITMENT, new ScriptBuilder().data(Bytes.fromHex("ecc7daa2")).build());
        SignetRules.Virtual virtual = SignetRules.virtual(block(number, empty), CHALLENGE);
        Hash256 digest = SighashCache.legacy(virtual.toSign(), 0, CHALLENGE, 1);
        Bytes signature = Bytes.concat(Ecdsa.sign(KEY, digest), Bytes.fromHex("01"));
        return withSolution(new ScriptBuilder().data(signature).build());
    }

    @Test
    void aSignedBlockIsSolved() {
        assertThat(SignetRules.isSolved(block(1, sign(1)), CHALLENGE, GENESIS)).isTrue();
        assertThat(SignetRules.isSolved(block(2, sign(1)), CHALLENGE, GENESIS))
                .as("the signature of another block")
                .isFalse();
        assertThat(SignetRules.isSolved(block(1, COMMITMENT), CHALLENGE, GENESIS))
                .as("no solution")
                .isFalse();
    }

    @Test
    void aTrivialChallengeNeedsNoSolutionButACommitment() {
        Bytes anyone = Bytes.fromHex("51");

        assertThat(SignetRules.isSolved(block(1, COMMITMENT), anyone, GENESIS)).isTrue();
        assertThat(SignetRules.isSolved(block(1, Bytes.fromHex("6a")), anyone, GENESIS))
                .isFalse();
        assertThat(SignetRules.isSolved(block(1, withSolution(Bytes.EMPTY)), anyone, GENESIS))
                .isTrue();
    }

    @Test
    void aSolutionThatDoesNotParseSolvesNothing() {
        Bytes anyone = Bytes.fromHex("51");
        Bytes longer = Bytes.concat(
                COMMITMENT,
                new ScriptBuilder().data(Bytes.fromHex("ecc7daa2000000")).build());
        Bytes shorter = Bytes.concat(
                COMMITMENT,
                new ScriptBuilder().data(Bytes.fromHex("ecc7daa202")).build());

        assertThat(SignetRules.isSolved(block(1, longer), anyone, GENESIS)).isFalse();
        assertThat(SignetRules.isSolved(block(1, shorter), anyone, GENESIS)).isFalse();
    }

    @Test
    void genesisNeedsNoSolution() {
        ChainParams signet = ChainParams.signet();

        assertThat(BlockRules.check(signet.genesis(), signet)).isNull();
    }
}
