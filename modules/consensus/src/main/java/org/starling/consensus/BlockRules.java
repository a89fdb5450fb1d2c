package org.starling.consensus;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.SigOps;
import org.starling.crypto.Sha256;

/**
 * What a block must satisfy, before its coins are looked at. {@link BlockAccounting} has the rules that need the coins.
 */
public final class BlockRules {
    /** Largest block weight (BIP-0141). */
    public static final int MAX_WEIGHT = 4_000_000;

    /** Largest serialized block, in bytes. */
    public static final int MAX_SERIALIZED_BYTES = 4_000_000;

    /** Most signature operations in a block, by cost. */
    public static final int MAX_SIGOPS_COST = 80_000;

    /** Weight units of a byte that is not witness. */
    public static final int WITNESS_SCALE_FACTOR = 4;

    private static final long INITIAL_SUBSIDY = 50 * Money.COIN;

    /** What an output begins with that commits to the witnesses (BIP-0141): OP_RETURN, a push of 36, a magic number. */
    private static final Bytes COMMITMENT_HEADER = Bytes.fromHex("6a24aa21a9ed");

    private static final int MIN_COMMITMENT_BYTES = COMMITMENT_HEADER.length() + Hash256.BYTES;

    // The two blocks that repeat an older coinbase (BIP-0030), by height and hash.
    private static final int REPEAT_1 = 91_842;
    private static final Hash256 REPEAT_1_HASH =
            Hash256.fromHex("00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec");
    private static final int REPEAT_2 = 91_880;
    private static final Hash256 REPEAT_2_HASH =
            Hash256.fromHex("00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721");

    // The two blocks whose coinbases they repeat, which destroyed them.
    private static final int OVERWRITTEN_1 = 91_722;
    private static final Hash256 OVERWRITTEN_1_HASH =
            Hash256.fromHex("00000000000271a2dc26e7667f8419f2e15416dc6955e5a6c6cdf3f2574dd08e");
    private static final int OVERWRITTEN_2 = 91_812;
    private static final Hash256 OVERWRITTEN_2_HASH =
            Hash256.fromHex("00000000000af0aed4792b1acee3d966af36cf5def14935db8de83d6f9306f2f");

    /** From here on an early coinbase that states this height could be repeated after BIP-0034. */
    private static final int BIP34_IMPLIES_BIP30_LIMIT = 1_983_702;

    private BlockRules() {}

    /** Newly made satoshis that a block at that height may claim. */
    public static long subsidy(int height, ChainParams params) {
        int halvings = height / params.subsidyHalvingInterval();
        return halvings >= Long.SIZE ? 0 : INITIAL_SUBSIDY >> halvings;
    }

    /**
     * The rules that need no context: proof of work, the signet's solution, merkle root, sizes, coinbase, transactions
     * and legacy signature operations.
     */
    public static @Nullable Rejection check(Block block, ChainParams params) {
        Rejection header = HeaderRules.check(block.header(), block.hash(), params);
        if (header != null) {
            return header;
        }
        Bytes challenge = params.signetChallenge();
        if (challenge != null
                && !SignetRules.isSolved(block, challenge, params.genesis().hash())) {
            return Rejection.consensus("bad-signet-blksig", "signet block signature validation failure");
        }
        return checkBody(block);
    }

    /** As {@link #check}, without proof of work and the signet's solution: for a block that is still to be mined. */
    public static @Nullable Rejection checkBody(Block block) {
        Rejection merkle = checkMerkleRoot(block);
        if (merkle != null) {
            return merkle;
        }
        List<Transaction> transactions = block.transactions();
        // Whatever may be due to damage in transit is done; from here on the header itself is to blame.
        if (transactions.isEmpty()
                || (long) transactions.size() * WITNESS_SCALE_FACTOR > MAX_WEIGHT
                || (long) block.strippedLength() * WITNESS_SCALE_FACTOR > MAX_WEIGHT) {
            return Rejection.consensus("bad-blk-length", "size limits failed");
        }
        if (!transactions.getFirst().isCoinbase()) {
            return Rejection.consensus("bad-cb-missing", "first tx is not coinbase");
        }
        for (int i = 1; i < transactions.size(); i++) {
            if (transactions.get(i).isCoinbase()) {
                return Rejection.consensus("bad-cb-multiple", "more than one coinbase");
            }
        }
        long sigOps = 0;
        for (Transaction transaction : transactions) {
            Rejection rejection = TransactionRules.check(transaction);
            if (rejection != null) {
                return Rejection.consensus(
                        rejection.reason(),
                        "Transaction check failed (tx hash " + transaction.txid() + ") " + rejection.debugMessage());
            }
            sigOps += SigOps.legacy(transaction);
        }
        return sigOps * WITNESS_SCALE_FACTOR > MAX_SIGOPS_COST
                ? Rejection.consensus("bad-blk-sigops", "out-of-bounds SigOpCount")
                : null;
    }

    /** That the header's merkle root is that of the transactions, and of no other list of them. */
    public static @Nullable Rejection checkMerkleRoot(Block block) {
        MerkleTree.Root root = MerkleTree.ofTransactions(block.transactions());
        if (!root.hash().equals(block.header().merkleRoot())) {
            return Rejection.of(Kind.MUTATED, "bad-txnmrklroot", "hashMerkleRoot mismatch");
        }
        return root.mutated() ? Rejection.of(Kind.MUTATED, "bad-txns-duplicate", "duplicate transaction") : null;
    }

    /**
     * The rules that look at the headers before the block: finality, the height in the coinbase, the witness commitment
     * and the weight. The block passed {@link #check}.
     */
    public static @Nullable Rejection checkInContext(Block block, HeaderView previous, ChainParams params) {
        int height = previous.height() + 1;
        long lockTimeCutoff = height >= params.heights().csv()
                ? previous.medianTimePast() // BIP-0113
                : block.header().time();
        for (Transaction transaction : block.transactions()) {
            if (!TransactionRules.isFinal(transaction, height, lockTimeCutoff)) {
                return Rejection.consensus("bad-txns-nonfinal", "non-final transaction");
            }
        }
        Bytes coinbaseScript =
                block.transactions().getFirst().inputs().getFirst().scriptSig();
        if (height >= params.heights().bip34() && !coinbaseScript.startsWith(heightPush(height))) {
            return Rejection.consensus("bad-cb-height", "block height mismatch in coinbase");
        }
        Rejection witness = checkWitnesses(block, height >= params.heights().segwit());
        if (witness != null) {
            return witness;
        }
        return block.weight() > MAX_WEIGHT
                ? Rejection.consensus("bad-blk-weight", "ContextualCheckBlock : weight limit failed")
                : null;
    }

    /**
     * The witness commitment (BIP-0141). Where none is expected or there, no transaction may have a witness.
     *
     * @param commitmentExpected whether segwit is active for the block
     */
    static @Nullable Rejection checkWitnesses(Block block, boolean commitmentExpected) {
        int index = commitmentExpected ? witnessCommitmentIndex(block) : -1;
        if (index >= 0) {
            Transaction coinbase = block.transactions().getFirst();
            List<Bytes> reserved = coinbase.inputs().getFirst().witness();
            if (reserved.size() != 1 || reserved.getFirst().length() != Hash256.BYTES) {
                return Rejection.of(
                        Kind.MUTATED,
                        "bad-witness-nonce-size",
                        "CheckWitnessMalleation : invalid witness reserved value size");
            }
            Bytes script = coinbase.outputs().get(index).scriptPubKey();
            Bytes committed = script.slice(COMMITMENT_HEADER.length(), MIN_COMMITMENT_BYTES);
            return witnessCommitment(block.transactions(), reserved.getFirst())
                            .toBytes()
                            .equals(committed)
                    ? null
                    : Rejection.of(
                            Kind.MUTATED,
                            "bad-witness-merkle-match",
                            "CheckWitnessMalleation : witness merkle commitment mismatch");
        }
        for (Transaction transaction : block.transactions()) {
            if (transaction.hasWitness()) {
                return Rejection.of(
                        Kind.MUTATED, "unexpected-witness", "CheckWitnessMalleation : unexpected witness data found");
            }
        }
        return null;
    }

    /** Which output of the coinbase holds the witness commitment: the last that looks like one; -1 if none does. */
    public static int witnessCommitmentIndex(Block block) {
        if (block.transactions().isEmpty()) {
            return -1;
        }
        List<TxOut> outputs = block.transactions().getFirst().outputs();
        for (int i = outputs.size() - 1; i >= 0; i--) {
            Bytes script = outputs.get(i).scriptPubKey();
            if (script.length() >= MIN_COMMITMENT_BYTES && script.startsWith(COMMITMENT_HEADER)) {
                return i;
            }
        }
        return -1;
    }

    /** The hash that commits to the witnesses of all transactions but the coinbase, and to the reserved value. */
    public static Hash256 witnessCommitment(List<Transaction> transactions, Bytes reservedValue) {
        return Sha256.twice(MerkleTree.ofWitnesses(transactions).toBytes(), reservedValue);
    }

    /** The output script that holds a witness commitment. */
    public static Bytes witnessCommitmentScript(Hash256 commitment) {
        return Bytes.concat(COMMITMENT_HEADER, commitment.toBytes());
    }

    /**
     * What shows that the block's data is certainly not what its header committed to, so that the block can be dropped
     * without marking the header; null if nothing does. The cheap test before a block is stored or passed on.
     */
    public static @Nullable Rejection checkMutation(Block block, boolean witnessCommitmentExpected) {
        Rejection merkleRoot = checkMerkleRoot(block);
        if (merkleRoot != null) {
            return merkleRoot;
        }
        List<Transaction> transactions = block.transactions();
        if (transactions.isEmpty() || !transactions.getFirst().isCoinbase()) {
            // Inner nodes of the tree have 64 bytes: a transaction of that size may be one.
            boolean ambiguous = transactions.stream().anyMatch(transaction -> transaction.strippedLength() == 64);
            return ambiguous ? Rejection.of(Rejection.Kind.MUTATED, "bad-txns-64-bytes") : null;
        }
        return checkWitnesses(block, witnessCommitmentExpected);
    }

    /** What the coinbase's script of a block at that height must begin with (BIP-0034). */
    public static Bytes heightPush(int height) {
        return new ScriptBuilder().number(height).build();
    }

    /**
     * Whether outputs that the block makes must be looked up, lest they overwrite unspent ones (BIP-0030). Once the
     * coinbases of the known chain state their heights (BIP-0034) they cannot repeat, and the look-up is saved.
     */
    public static boolean mustCheckForOverwrites(int height, Hash256 hash, HeaderView previous, ChainParams params) {
        if (height >= BIP34_IMPLIES_BIP30_LIMIT) {
            return true;
        }
        if (height == REPEAT_1 && hash.equals(REPEAT_1_HASH) || height == REPEAT_2 && hash.equals(REPEAT_2_HASH)) {
            return false;
        }
        HeaderView bip34 = previous.ancestor(params.heights().bip34());
        return bip34 == null || !bip34.hash().equals(params.heights().bip34Hash());
    }

    /** Whether the block's coinbase was later overwritten by an equal one, and so is no part of the coins any more. */
    public static boolean isOverwritten(int height, Hash256 hash) {
        return height == OVERWRITTEN_1 && hash.equals(OVERWRITTEN_1_HASH)
                || height == OVERWRITTEN_2 && hash.equals(OVERWRITTEN_2_HASH);
    }

    /**
     * The flags under which the scripts of a block are checked. P2SH, segwit and Taproot hold for all blocks but the few
     * that were made before and break them.
     */
    public static int scriptFlags(Hash256 hash, int height, ChainParams params) {
        ChainParams.FlagException exception = params.flagExceptions().get(hash);
        int flags = switch (exception) {
            case null -> ScriptFlags.P2SH | ScriptFlags.WITNESS | ScriptFlags.TAPROOT;
            case P2SH_WITNESS -> ScriptFlags.P2SH | ScriptFlags.WITNESS;
            case NONE -> ScriptFlags.NONE;
        };
        ChainParams.Heights heights = params.heights();
        if (height >= heights.bip66()) {
            flags |= ScriptFlags.DERSIG;
        }
        if (height >= heights.bip65()) {
            flags |= ScriptFlags.CHECKLOCKTIMEVERIFY;
        }
        if (height >= heights.csv()) {
            flags |= ScriptFlags.CHECKSEQUENCEVERIFY;
        }
        if (height >= heights.segwit()) {
            flags |= ScriptFlags.NULLDUMMY; // BIP-0147
        }
        return flags;
    }

    /** The rejection of a block that would overwrite an unspent output. */
    public static Rejection overwrites() {
        return Rejection.consensus("bad-txns-BIP30", "tried to overwrite transaction");
    }
}
