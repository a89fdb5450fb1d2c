package org.starling.consensus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;

/**
 * A signet's blocks are made by those who can satisfy its challenge script (BIP-0325). The solution stands in the
 * coinbase's witness commitment; it signs the block as it was before the solution was put in, by way of two virtual
 * transactions.
 */
public final class SignetRules {
    private static final Bytes SOLUTION_HEADER = Bytes.fromHex("ecc7daa2");
    private static final int FLAGS =
            ScriptFlags.P2SH | ScriptFlags.WITNESS | ScriptFlags.DERSIG | ScriptFlags.NULLDUMMY;

    private SignetRules() {}

    /**
     * The virtual transactions of a block.
     *
     * @param toSpend has the challenge as its output and commits to the block
     * @param toSign spends it with the block's solution
     */
    public record Virtual(Transaction toSpend, Transaction toSign) {}

    /** Whether the block's solution satisfies the challenge. Genesis needs none. */
    public static boolean isSolved(Block block, Bytes challenge, Hash256 genesis) {
        if (block.hash().equals(genesis)) {
            return true;
        }
        Virtual virtual = virtual(block, challenge);
        if (virtual == null) {
            return false;
        }
        SighashCache cache =
                new SighashCache(virtual.toSign(), virtual.toSpend().outputs());
        return ScriptVerifier.verify(cache, 0, FLAGS) == ScriptError.OK;
    }

    /** The virtual transactions; null if the block commits to no witnesses, or its solution does not parse. */
    public static @Nullable Virtual virtual(Block block, Bytes challenge) {
        int index = BlockRules.witnessCommitmentIndex(block);
        if (index < 0) {
            return null;
        }
        Transaction coinbase = block.transactions().getFirst();
        Split split = split(coinbase.outputs().get(index).scriptPubKey());
        Bytes scriptSig = Bytes.EMPTY;
        List<Bytes> witness = new ArrayList<>();
        if (split.solution() != null) {
            try {
                ByteReader reader = split.solution().reader();
                scriptSig = reader.varBytes();
                int count = reader.count(1);
                for (int i = 0; i < count; i++) {
                    witness.add(reader.varBytes());
                }
                reader.expectEnd();
            } catch (MalformedException e) {
                return null;
            }
        }
        Bytes signed = signedData(block, unsolved(coinbase, index, split.rest()));
        Transaction toSpend = Transaction.of(
                0,
                List.of(new TxIn(
                        OutPoint.NULL,
                        new ScriptBuilder().op(Op.OP_0).data(signed).build(),
                        0)),
                List.of(new TxOut(0, challenge)),
                0);
        Transaction toSign = Transaction.of(
                0,
                List.of(new TxIn(toSpend.outPoint(0), scriptSig, 0, witness)),
                List.of(new TxOut(0, Bytes.copyOf((byte) Op.OP_RETURN))),
                0);
        return new Virtual(toSpend, toSign);
    }

    /**
     * The virtual transactions by which a block that has no solution yet is to be signed.
     *
     * @param block commits to witnesses
     */
    public static Virtual request(Block block, Bytes challenge) {
        Virtual virtual = virtual(withSection(block, SOLUTION_HEADER), challenge);
        if (virtual == null) {
            throw new IllegalArgumentException("the block commits to no witnesses");
        }
        return virtual;
    }

    /**
     * The block with its solution, its proof of work still to be found.
     *
     * @param block as it was given to {@link #request}
     * @param signed the input of the virtual transaction, with what satisfies the challenge
     */
    public static Block solved(Block block, TxIn signed) {
        ByteWriter section = new ByteWriter().bytes(SOLUTION_HEADER).varBytes(signed.scriptSig());
        section.compactSize(signed.witness().size());
        signed.witness().forEach(section::varBytes);
        return withSection(block, section.toBytes());
    }

    private static Block withSection(Block block, Bytes section) {
        int index = BlockRules.witnessCommitmentIndex(block);
        Transaction coinbase = block.transactions().getFirst();
        if (index < 0) {
            throw new IllegalArgumentException("the block commits to no witnesses");
        }
        List<TxOut> outputs = new ArrayList<>(coinbase.outputs());
        TxOut output = outputs.get(index);
        Bytes push = new ScriptBuilder().data(section).build();
        outputs.set(index, new TxOut(output.value(), Bytes.concat(output.scriptPubKey(), push)));
        List<Transaction> transactions = new ArrayList<>(block.transactions());
        transactions.set(0, Transaction.of(coinbase.version(), coinbase.inputs(), outputs, coinbase.lockTime()));
        BlockHeader header = block.header();
        return Block.of(
                new BlockHeader(
                        header.version(),
                        header.previous(),
                        MerkleTree.ofTransactions(transactions).hash(),
                        header.time(),
                        header.bits(),
                        header.nonce()),
                transactions);
    }

    // A commitment script and the solution that was in it; null if there was none.
    private record Split(Bytes rest, @Nullable Bytes solution) {}

    private static Split split(Bytes script) {
        ScriptBuilder rest = new ScriptBuilder();
        Bytes solution = null;
        ScriptReader reader = new ScriptReader(script);
        for (int opcode = reader.next(); opcode >= 0; opcode = reader.next()) {
            Bytes data = reader.data();
            if (solution == null && data.length() > SOLUTION_HEADER.length() && data.startsWith(SOLUTION_HEADER)) {
                solution = data.from(SOLUTION_HEADER.length());
                rest.data(SOLUTION_HEADER);
            } else if (data.isEmpty()) {
                rest.op(opcode);
            } else {
                rest.data(data);
            }
        }
        return solution == null ? new Split(script, null) : new Split(rest.build(), solution);
    }

    private static Transaction unsolved(Transaction coinbase, int index, Bytes commitment) {
        List<TxOut> outputs = new ArrayList<>(coinbase.outputs());
        outputs.set(index, new TxOut(outputs.get(index).value(), commitment));
        return Transaction.of(coinbase.version(), coinbase.inputs(), outputs, coinbase.lockTime());
    }

    // Version, parent, merkle root without the solution, time.
    private static Bytes signedData(Block block, Transaction coinbase) {
        List<Transaction> transactions = new ArrayList<>(block.transactions());
        transactions.set(0, coinbase);
        BlockHeader header = block.header();
        return new ByteWriter(4 + 32 + 32 + 4)
                .i32(header.version())
                .hash256(header.previous())
                .hash256(MerkleTree.ofTransactions(transactions).hash())
                .u32(header.time())
                .toBytes();
    }
}
