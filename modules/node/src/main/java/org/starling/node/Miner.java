package org.starling.node;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.Acceptance;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Rejection;
import org.starling.consensus.SignetRules;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.VersionBits;
import org.starling.crypto.Sha256;
import org.starling.mempool.BlockAssembler;
import org.starling.mempool.BlockTemplate;

/** Makes blocks on the tip: templates from the mempool, and the search for a nonce in the calling thread. */
public final class Miner {
    private static final int NONCE_AT = BlockHeader.BYTES - 4;

    private final Node node;

    private final BlockAssembler assembler;

    private volatile @Nullable BlockTemplate last;

    private volatile Signer signer = request -> null;

    /** Signs blocks of a signet (BIP-0325). */
    public interface Signer {
        /** The input of {@link SignetRules.Virtual#toSign} with what satisfies the challenge; null if it cannot. */
        @Nullable
        TxIn sign(SignetRules.Virtual request);
    }

    /** Nobody here can sign blocks of this signet. */
    public static final class UnsignedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsignedException() {
            super("No unlocked wallet has the keys that blocks of this signet are signed with");
        }
    }

    Miner(Node node, BlockAssembler.Options options) {
        this.node = node;
        this.assembler = new BlockAssembler(node.params(), new VersionBits(node.params()), options);
    }

    /** A block on the tip with the mempool's best transactions, its proof of work still to be found. */
    public BlockTemplate template(Bytes scriptPubKey) {
        BlockTemplate made = node.validation(() -> assembler.assemble(
                node.mempool(), node.headers().tip(), scriptPubKey, node.clock().seconds()));
        last = made;
        return made;
    }

    /** Weight that templates keep free for the header and the coinbase. */
    public int reservedWeight() {
        return assembler.reservedWeight();
    }

    /** Says who signs the blocks of a signet. */
    public void signBy(Signer chosen) {
        signer = chosen;
    }

    /**
     * The block, on a signet with its solution.
     *
     * @throws UnsignedException if nobody here can sign it
     */
    public Block signed(Block block) {
        Bytes challenge = node.params().signetChallenge();
        if (challenge == null
                || SignetRules.isSolved(
                        block, challenge, node.params().genesis().hash())) {
            return block;
        }
        TxIn solution = signer.sign(SignetRules.request(block, challenge));
        if (solution == null) {
            throw new UnsignedException();
        }
        return SignetRules.solved(block, solution);
    }

    /** The template that was made last; null before the first. */
    public @Nullable BlockTemplate lastTemplate() {
        return last;
    }

    /**
     * A block on the tip with just these transactions, which are not checked, its proof of work still to be found.
     *
     * @param fees that the coinbase may claim besides the subsidy, in satoshis
     */
    public Block build(Bytes scriptPubKey, List<Transaction> transactions, long fees) {
        return node.validation(() -> assembler.build(
                node.headers().tip(),
                scriptPubKey,
                transactions,
                fees,
                node.clock().seconds()));
    }

    /**
     * Mines blocks that pay to the script, one on the other, signs them on a signet, and connects them.
     *
     * @param tries hashes computed at most, for all of them
     * @return the hashes of the blocks, fewer than asked for if the tries did not suffice
     * @throws UnsignedException if nobody here can sign blocks of this signet
     */
    public List<Hash256> generate(Bytes scriptPubKey, int blocks, long tries) {
        List<Hash256> hashes = new ArrayList<>();
        long left = tries;
        while (hashes.size() < blocks && left > 0) {
            Block template = signed(template(scriptPubKey).block());
            Block solved = solve(template, left);
            // The same block may have been made and given up before, within the same second.
            while (solved != null && node.headers().contains(solved.hash())) {
                BlockHeader next = solved.header().withNonce(solved.header().nonce() + 1);
                solved = solve(Block.of(next, solved.transactions()), left);
            }
            if (solved == null) {
                break;
            }
            left -= Integer.toUnsignedLong(
                            solved.header().nonce() - template.header().nonce())
                    + 1;
            Rejection rejection = submit(solved);
            if (rejection != null) {
                throw new IllegalStateException("a block mined here was refused: " + rejection);
            }
            hashes.add(solved.hash());
        }
        return hashes;
    }

    /** Hands a block to the chain as if a peer that was asked had sent it. Null if it is valid. */
    public @Nullable Rejection submit(Block block) {
        return switch (node.submit(block)) {
            case Acceptance.Accepted accepted -> null;
            case Acceptance.Refused refused -> refused.rejection();
        };
    }

    /** The block with a nonce, counted up from its own, that satisfies its target; null if none of so many does. */
    public static @Nullable Block solve(Block block, long tries) {
        BlockHeader header = block.header();
        Target target = Target.fromBits(header.bits());
        byte[] bytes = header.serialized().toArray();
        long most = Math.min(tries, 1L << 32);
        for (long tried = 0; tried < most; tried++) {
            int nonce = header.nonce() + (int) tried;
            bytes[NONCE_AT] = (byte) nonce;
            bytes[NONCE_AT + 1] = (byte) (nonce >>> 8);
            bytes[NONCE_AT + 2] = (byte) (nonce >>> 16);
            bytes[NONCE_AT + 3] = (byte) (nonce >>> 24);
            if (target.admits(Sha256.twice(bytes, 0, bytes.length))) {
                return Block.of(header.withNonce(nonce), block.transactions());
            }
        }
        return null;
    }
}
