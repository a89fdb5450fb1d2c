package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.MerkleBlock;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.index.TxIndex;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;

/** Methods that prove that transactions are in a block, and check such proofs. */
final class ProofMethods {
    /** Outputs of a transaction that are looked up to find its block: no transaction has more. */
    private static final int MAX_OUTPUTS = BlockRules.MAX_WEIGHT / (9 * BlockRules.WITNESS_SCALE_FACTOR);

    private ProofMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "gettxoutproof",
                        "blockchain",
                        "A proof in hex that transactions are in a block. The block is found by itself only with"
                                + " -txindex, or if one of the transactions has an output that is not spent.",
                        ProofMethods::getTxOutProof,
                        required("txids", ARRAY, "the transactions, of one block"),
                        optional("blockhash", HEX, "the block")),
                RpcMethod.of(
                        "verifytxoutproof",
                        "blockchain",
                        "The transactions that a proof proves to be in a block of the active chain; none if it is wrong.",
                        ProofMethods::verifyTxOutProof,
                        required("proof", HEX, "the proof")));
    }

    private static JsonNode getTxOutProof(Call call) {
        Set<Hash256> txids = new LinkedHashSet<>();
        for (JsonNode txid : call.get("txids")) {
            if (!txids.add(Call.hash(txid, "txid"))) {
                throw Call.invalid("Invalid parameter, duplicated txid: " + txid.stringValue());
            }
        }
        if (txids.isEmpty()) {
            throw Call.invalid("Parameter 'txids' cannot be empty");
        }
        Node node = call.node();
        BlockEntry entry = call.has("blockhash") ? ChainMethods.entry(call, "blockhash") : blockOf(node, txids);
        if (entry == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Transaction not yet in block");
        }
        Block block = ChainMethods.readBlock(node.chain(), entry);
        long found = block.transactions().stream()
                .filter(transaction -> txids.contains(transaction.txid()))
                .count();
        if (found != txids.size()) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY, "Not all transactions found in specified or retrieved block");
        }
        ByteWriter writer = new ByteWriter();
        MerkleBlock.of(block, txids).write(writer);
        return Json.hex(writer.toBytes());
    }

    private static @Nullable BlockEntry blockOf(Node node, Set<Hash256> txids) {
        TxIndex transactions = node.indexes().transactions();
        if (transactions != null) {
            boolean _ = transactions.awaitTip();
            TxIndex.Found found = transactions.find(txids.iterator().next());
            if (found != null) {
                return found.block();
            }
        }
        return node.validation(() -> {
            for (Hash256 txid : txids) {
                for (int index = 0; index < MAX_OUTPUTS; index++) {
                    Coin coin = node.chain().coins().coin(new OutPoint(txid, index));
                    if (coin != null) {
                        return node.headers().activeAt(coin.height());
                    }
                }
            }
            return null;
        });
    }

    private static JsonNode verifyTxOutProof(Call call) {
        Bytes bytes = call.hex("proof");
        MerkleBlock proof;
        try {
            ByteReader reader = bytes.reader();
            proof = MerkleBlock.read(reader);
        } catch (MalformedException e) {
            throw new RpcException(RpcException.MISC_ERROR, "The proof cannot be read: " + e.getMessage());
        }
        List<Hash256> proved = proof.proved();
        if (proved == null) {
            return Json.array();
        }
        Node node = call.node();
        BlockEntry entry = node.headers().find(proof.header().hash());
        boolean active = entry != null && entry.isAncestorOf(node.headers().tip());
        // The number of transactions is not in the header: only a block that is known can confirm it.
        if (entry == null || !active || entry.transactionCount() == 0) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Block not found in chain");
        }
        return entry.transactionCount() == proof.count() ? Json.texts(proved) : Json.array();
    }
}
