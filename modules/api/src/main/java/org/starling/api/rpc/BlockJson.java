package org.starling.api.rpc;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.Coin;
import org.starling.consensus.Difficulty;
import org.starling.consensus.Transaction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Headers and blocks as JSON. */
final class BlockJson {
    private BlockJson() {}

    static ObjectNode header(BlockEntry entry, HeaderTree tree) {
        ObjectNode json = Json.object()
                .put("hash", entry.hash().toString())
                .put("confirmations", confirmations(entry, tree))
                .put("height", entry.height())
                .put("version", entry.version())
                .put("versionHex", hex8(entry.version()))
                .put("merkleroot", entry.header().merkleRoot().toString())
                .put("time", entry.time())
                .put("mediantime", entry.medianTimePast())
                .put("nonce", Integer.toUnsignedLong(entry.header().nonce()))
                .put("bits", hex8(entry.bits()))
                .put("difficulty", Difficulty.ratio(entry.bits()))
                .put("chainwork", entry.chainWork().toString())
                .put("nTx", entry.transactionCount());
        BlockEntry previous = entry.previous();
        if (previous != null) {
            json.put("previousblockhash", previous.hash().toString());
        }
        BlockEntry next = tree.activeAfter(entry);
        if (next != null) {
            json.put("nextblockhash", next.hash().toString());
        }
        return json;
    }

    /** How many blocks of the active chain confirm it, itself counted; -1 off the active chain. */
    static int confirmations(BlockEntry entry, HeaderTree tree) {
        BlockEntry tip = tree.tip();
        return entry.isAncestorOf(tip) ? tip.height() - entry.height() + 1 : -1;
    }

    static String hex8(int number) {
        return String.format(Locale.ROOT, "%08x", number);
    }

    /**
     * Header and transactions.
     *
     * @param undo the coins that the block spent, if they are known
     * @param verbosity 1 for txids, 2 for transactions, 3 for these with the coins that they spend
     */
    static ObjectNode block(
            Block block,
            BlockEntry entry,
            HeaderTree tree,
            @Nullable BlockUndo undo,
            int verbosity,
            AddressPrefixes prefixes) {
        ObjectNode json = header(entry, tree)
                .put("strippedsize", block.strippedLength())
                .put("size", block.totalLength())
                .put("weight", block.weight());
        ArrayNode transactions = json.putArray("tx");
        for (int i = 0; i < block.transactions().size(); i++) {
            Transaction transaction = block.transactions().get(i);
            if (verbosity <= 1) {
                transactions.add(transaction.txid().toString());
            } else {
                List<Coin> spent = undo == null || i == 0 ? null : undo.spentBy(i);
                transactions.add(TransactionJson.of(transaction, prefixes, spent, verbosity >= 3)
                        .put("hex", transaction.serialized().hex()));
            }
        }
        return json;
    }
}
