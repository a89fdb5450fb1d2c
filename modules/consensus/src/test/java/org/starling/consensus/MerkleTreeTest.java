package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;

class MerkleTreeTest {
    private static Hash256 leaf(int number) {
        return Sha256.once(Bytes.copyOf((byte) number));
    }

    private static List<Hash256> leaves(int count) {
        List<Hash256> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(leaf(i));
        }
        return leaves;
    }

    private static Hash256 pair(Hash256 left, Hash256 right) {
        return Sha256.twice(left.toBytes(), right.toBytes());
    }

    @Test
    void byHand() {
        Hash256 ab = pair(leaf(0), leaf(1));
        Hash256 cc = pair(leaf(2), leaf(2));

        assertThat(MerkleTree.of(List.of()).hash()).isEqualTo(Hash256.ZERO);
        assertThat(MerkleTree.of(leaves(1)).hash()).isEqualTo(leaf(0));
        assertThat(MerkleTree.of(leaves(2)).hash()).isEqualTo(ab);
        assertThat(MerkleTree.of(leaves(3)).hash()).isEqualTo(pair(ab, cc));
        assertThat(MerkleTree.of(leaves(3)).mutated()).isFalse();
        assertThat(MerkleTree.of(leaves(5)).hash())
                .isEqualTo(
                        pair(pair(ab, pair(leaf(2), leaf(3))), pair(pair(leaf(4), leaf(4)), pair(leaf(4), leaf(4)))));
    }

    @Test
    void aRepeatedTailHasTheSameRootAndIsNoticed() { // CVE-2012-2459
        List<Hash256> honest = leaves(6);
        List<Hash256> repeated = new ArrayList<>(honest);
        repeated.addAll(honest.subList(4, 6));

        assertThat(MerkleTree.of(repeated).hash())
                .isEqualTo(MerkleTree.of(honest).hash());
        assertThat(MerkleTree.of(repeated).mutated()).isTrue();
        assertThat(MerkleTree.of(honest).mutated()).isFalse();
        assertThat(MerkleTree.of(List.of(leaf(0), leaf(1), leaf(2), leaf(2))).mutated())
                .isTrue();
    }

    @Test
    void equalLeavesThatAreNotAPairAreNoMutation() {
        assertThat(MerkleTree.of(List.of(leaf(0), leaf(1), leaf(1), leaf(2))).mutated())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 9, 16, 17, 33})
    void aBranchLeadsFromEveryLeafToTheRoot(int count) {
        List<Hash256> leaves = leaves(count);
        Hash256 root = MerkleTree.of(leaves).hash();
        for (int i = 0; i < count; i++) {
            List<Hash256> branch = MerkleTree.branch(leaves, i);

            assertThat(MerkleTree.rootOfBranch(leaves.get(i), branch, i)).isEqualTo(root);
            assertThat(branch).hasSize(count == 1 ? 0 : 32 - Integer.numberOfLeadingZeros(count - 1));
        }
    }
}
