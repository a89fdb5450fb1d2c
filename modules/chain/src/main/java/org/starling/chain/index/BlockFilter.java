package org.starling.chain.index;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockUndo;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.crypto.Sha256;
import org.starling.crypto.SipHash;

/**
 * The basic filter of a block (BIP-0158): a set of the scripts that its transactions pay to, but for those that begin
 * with OP_RETURN, and of the scripts of the outputs that they spend. Whoever knows their own scripts sees from it whether
 * the block may concern them.
 */
public final class BlockFilter {
    /** The filter type of BIP-0158 on the wire. */
    public static final int BASIC = 0;

    private final Hash256 block;
    private final GolombCodedSet set;

    private BlockFilter(Hash256 block, GolombCodedSet set) {
        this.block = block;
        this.set = set;
    }

    /** Makes the filter of a block, given what the block spent. */
    public static BlockFilter of(Block block, BlockUndo undo) {
        Set<Bytes> scripts = scripts(block, undo);
        return new BlockFilter(block.hash(), GolombCodedSet.of(key(block.hash()), scripts));
    }

    /** The scripts that the filter of a block stands for. */
    public static Set<Bytes> scripts(Block block, BlockUndo undo) {
        Set<Bytes> scripts = new HashSet<>();
        for (Transaction transaction : block.transactions()) {
            for (TxOut output : transaction.outputs()) {
                Bytes script = output.scriptPubKey();
                if (!script.isEmpty() && script.unsigned(0) != Op.OP_RETURN) {
                    scripts.add(script);
                }
            }
        }
        for (List<Coin> spent : undo.spent()) {
            for (Coin coin : spent) {
                if (!coin.output().scriptPubKey().isEmpty()) {
                    scripts.add(coin.output().scriptPubKey());
                }
            }
        }
        return scripts;
    }

    /** Takes a filter as it comes over the wire. */
    public static BlockFilter parse(Hash256 block, Bytes encoded) throws MalformedException {
        return new BlockFilter(block, GolombCodedSet.parse(key(block), encoded));
    }

    private static SipHash key(Hash256 block) {
        return new SipHash(block.word(0), block.word(1));
    }

    /** The hash of the block. */
    public Hash256 block() {
        return block;
    }

    public Bytes encoded() {
        return set.encoded();
    }

    /** Double SHA-256 of the encoded filter. */
    public Hash256 hash() {
        return Sha256.twice(set.encoded());
    }

    /** The filter header: what commits to this filter and all before it (BIP-0157). */
    public Hash256 header(Hash256 previousHeader) {
        return header(hash(), previousHeader);
    }

    /** As {@link #header(Hash256)}, of a filter of which only the hash is known. */
    public static Hash256 header(Hash256 filterHash, Hash256 previousHeader) {
        return Sha256.twice(filterHash.toBytes(), previousHeader.toBytes());
    }

    /** Whether the block may concern one of the scripts: false is certain, true is wrong once in 784,931. */
    public boolean matchesAny(Set<Bytes> scripts) throws MalformedException {
        return set.matchesAny(scripts);
    }
}
