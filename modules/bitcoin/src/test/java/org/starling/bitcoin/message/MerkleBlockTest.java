package org.starling.bitcoin.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.MerkleTree;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

class MerkleBlockTest {
    private static Block block(int transactions) {
        List<Transaction> all = new ArrayList<>();
        for (int i = 0; i < transactions; i++) {
            TxIn input = new TxIn(new OutPoint(Hash256.ZERO, i), Bytes.EMPTY, 0);
            all.add(Transaction.of(2, List.of(input), List.of(new TxOut(i, Bytes.EMPTY)), 0));
        }
        Hash256 root = MerkleTree.ofTransactions(all).hash();
        return Block.of(new BlockHeader(1, Hash256.ZERO, root, 0, 0, 0), all);
    }

    private static Hash256 txid(Block block, int index) {
        return block.transactions().get(index).txid();
    }

    @Test
    void ofThreeTransactionsTheLastIsProvedByItselfAndTheHashBesideIt() {
        Block block = block(3);
        ByteWriter writer = new ByteWriter();
        MerkleBlock.of(block, Set.of(txid(block, 2))).write(writer);

        Hash256 left = MerkleTree.of(List.of(txid(block, 0), txid(block, 1))).hash();
        // Three transactions, two hashes, and the bits root 1, left 0, right 1, leaf 1 in a byte from its lowest.
        assertThat(writer.toBytes().from(BlockHeader.BYTES).hex())
                .isEqualTo("03000000" + "02" + left.toBytes().hex()
                        + txid(block, 2).toBytes().hex() + "01" + "0d");
    }

    @Test
    void aProofProvesJustWhatItWasMadeFor() throws Exception {
        for (int count = 1; count < 12; count++) {
            Block block = block(count);
            for (int i = 0; i < count; i++) {
                ByteWriter writer = new ByteWriter();
                MerkleBlock.of(block, new HashSet<>(List.of(txid(block, 0), txid(block, i))))
                        .write(writer);

                List<Hash256> proved =
                        MerkleBlock.read(writer.toBytes().reader()).proved();

                assertThat(proved)
                        .isEqualTo(i == 0 ? List.of(txid(block, 0)) : List.of(txid(block, 0), txid(block, i)));
            }
        }
    }

    @Test
    void aChangedHashOrCountProvesNothing() {
        Block block = block(5);
        MerkleBlock proof = MerkleBlock.of(block, Set.of(txid(block, 3)));
        List<Hash256> other = new ArrayList<>(proof.hashes());
        other.set(0, Hash256.ZERO);

        assertThat(proof.proved()).isNotNull();
        assertThat(new MerkleBlock(proof.header(), 5, other, proof.bits()).proved())
                .isNull();
        assertThat(new MerkleBlock(proof.header(), 2, proof.hashes(), proof.bits()).proved())
                .isNull();
        assertThat(new MerkleBlock(proof.header(), 0, proof.hashes(), proof.bits()).proved())
                .isNull();
        assertThat(new MerkleBlock(proof.header(), 0xffffffffL, proof.hashes(), proof.bits()).proved())
                .isNull();
        assertThat(new MerkleBlock(proof.header(), 5, List.of(), proof.bits()).proved())
                .isNull();
    }

    @Test
    void twoEqualNeighboursProveNothing() {
        Block block = block(1);
        Hash256 only = txid(block, 0);
        Hash256 doubled = MerkleTree.of(List.of(only, only)).hash();
        BlockHeader header = new BlockHeader(1, Hash256.ZERO, doubled, 0, 0, 0);

        assertThat(new MerkleBlock(header, 2, List.of(only, only), List.of(true, true, true)).proved())
                .isNull();
    }
}
