package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.starling.bitcoin.message.MerkleBlock;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Transaction;
import org.starling.wallet.book.ChainPoint;
import org.starling.wallet.book.Wallet;
import tools.jackson.databind.JsonNode;

/** Methods that give a wallet transactions of blocks that are not stored, with proof, and take transactions from it. */
final class PrunedFundsMethods {
    private PrunedFundsMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "importprunedfunds",
                        category,
                        "Takes in a transaction that pays the wallet, from a block that need not be stored any more. What"
                                + " spends from it later has to be taken in likewise.",
                        PrunedFundsMethods::importFunds,
                        required("rawtransaction", HEX, "the transaction"),
                        required("txoutproof", HEX, "proof that it is in a block, as gettxoutproof gives it")),
                RpcMethod.of(
                        "removeprunedfunds",
                        category,
                        "Makes the wallet forget a transaction.",
                        PrunedFundsMethods::removeFunds,
                        required("txid", TEXT, "the transaction")));
    }

    private static JsonNode importFunds(Call call) {
        Wallet wallet = call.wallet();
        Transaction transaction = transaction(call);
        MerkleBlock proof;
        try {
            proof = MerkleBlock.read(call.hex("txoutproof").reader());
        } catch (MalformedException e) {
            throw wrong("Something wrong with merkleblock");
        }
        List<MerkleBlock.Proved> proved = proof.provedAt();
        if (proved == null) {
            throw wrong("Something wrong with merkleblock");
        }
        BlockEntry entry = call.node().headers().find(proof.header().hash());
        BlockEntry place = wallet.place().isEmpty()
                ? null
                : call.node().headers().find(wallet.place().getFirst());
        if (entry == null || place == null || !entry.isAncestorOf(place)) {
            throw wrong("Block not found in chain");
        }
        // The number of transactions is not in the header: an inner node of the tree must not pass for one.
        boolean sized = entry.transactionCount() == proof.count();
        Hash256 txid = transaction.txid();
        MerkleBlock.Proved found = proved.stream()
                .filter(candidate -> sized && candidate.txid().equals(txid))
                .findFirst()
                .orElseThrow(() -> wrong("Transaction given doesn't exist in proof"));
        ChainPoint point = new ChainPoint(entry.hash(), entry.height(), entry.time(), entry.maxTime());
        long now = call.node().clock().seconds();
        if (!wallet.takeProved(transaction, point, found.index(), now)) {
            throw wrong("No addresses in wallet correspond to included transaction");
        }
        return Json.nothing();
    }

    private static Transaction transaction(Call call) {
        Transaction transaction = TransactionMethods.decode(call.text("rawtransaction"), true, true);
        if (transaction == null) {
            throw new RpcException(
                    RpcException.DESERIALIZATION_ERROR, "TX decode failed. Make sure the tx has at least one input.");
        }
        return transaction;
    }

    private static RpcException wrong(String message) {
        return new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, message);
    }

    private static JsonNode removeFunds(Call call) {
        Hash256 txid = call.hash("txid");
        if (!call.wallet().forget(txid)) {
            throw new RpcException(
                    RpcException.WALLET_ERROR, "Transaction " + txid + " does not belong to this wallet");
        }
        return Json.nothing();
    }
}
