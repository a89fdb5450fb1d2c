package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.AMOUNT;
import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.index.TxIndex;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Feerate;
import org.starling.mempool.Mempool;
import org.starling.mempool.PackageOutcome;
import org.starling.mempool.PackageVerdict;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that find, test and send transactions. */
final class SendMethods {
    /** Fee rate above which a transaction is not sent if nothing else is said: 0.1 BTC for 1000 virtual bytes. */
    private static final long DEFAULT_MAX_FEERATE = Json.COIN / 10;

    /** Most transactions of one test. */
    private static final int MAX_TESTED = 25;

    private static final String MAX_FEE_EXCEEDED = "max-fee-exceeded";

    private SendMethods() {}

    static List<RpcMethod> all() {
        String category = "rawtransactions";
        return List.of(
                RpcMethod.of(
                        "getrawtransaction",
                        category,
                        "A transaction of the mempool, of a block that is named, or with -txindex of any block.",
                        SendMethods::getRawTransaction,
                        required("txid", HEX, "the transaction"),
                        optional(
                                "verbosity|verbose", ANY, "0 (default) in hex, 1 in words, 2 with fee and spent coins"),
                        optional("blockhash", HEX, "the block to look in")),
                RpcMethod.of(
                        "sendrawtransaction",
                        category,
                        "Puts a transaction in the mempool and sends it to the peers.",
                        SendMethods::sendRawTransaction,
                        required("hexstring", HEX, "the transaction"),
                        optional("maxfeerate", AMOUNT, "BTC per kvB that it may pay at most, 0 for any"),
                        optional("maxburnamount", AMOUNT, "BTC that it may send to where they can never be spent")),
                RpcMethod.of(
                        "testmempoolaccept",
                        category,
                        "Whether the mempool would take transactions, which may spend each other, without sending them.",
                        SendMethods::testMempoolAccept,
                        required("rawtxs", ARRAY, "the transactions in hex"),
                        optional("maxfeerate", AMOUNT, "BTC per kvB that each may pay at most, 0 for any")),
                RpcMethod.of(
                        "submitpackage",
                        category,
                        "Puts a transaction, or several of which the last spends all others and may pay for them, in the"
                                + " mempool and sends them to the peers.",
                        SendMethods::submitPackage,
                        required("package", ARRAY, "the transactions in hex"),
                        optional("maxfeerate", AMOUNT, "BTC per kvB that each may pay at most, 0 for any"),
                        optional("maxburnamount", AMOUNT, "BTC that each may send to where they can never be spent")));
    }

    private static JsonNode getRawTransaction(Call call) {
        Node node = call.node();
        Hash256 txid = call.hash("txid");
        int verbosity = call.verbosity("verbosity", 0);
        if (txid.equals(call.chain().genesis().header().merkleRoot())) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY,
                    "The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved");
        }
        if (call.has("blockhash")) {
            return ofBlock(call, txid, verbosity);
        }
        Transaction transaction = node.mempool().get(txid);
        if (transaction == null) {
            return ofIndex(call, txid, verbosity);
        }
        if (verbosity <= 0) {
            return Json.hex(transaction.serialized());
        }
        return TransactionJson.of(transaction, call.chain().prefixes())
                .put("hex", transaction.serialized().hex());
    }

    private static JsonNode ofIndex(Call call, Hash256 txid, int verbosity) {
        TxIndex index = call.node().indexes().transactions();
        boolean ready = index != null && index.awaitTip();
        TxIndex.Found found = index == null ? null : index.find(txid);
        if (found == null) {
            String reason = index == null
                    ? "No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction"
                            + " queries"
                    : ready
                            ? "No such mempool or blockchain transaction"
                            : "No such mempool transaction. Blockchain transactions are still in the process of being"
                                    + " indexed";
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY, reason + ". Use gettransaction for wallet transactions.");
        }
        if (verbosity <= 0) {
            return Json.hex(found.transaction().serialized());
        }
        ObjectNode json = inWords(call, found.transaction(), found.place(), found.block(), verbosity);
        json.remove("in_active_chain");
        return json;
    }

    private static JsonNode ofBlock(Call call, Hash256 txid, int verbosity) {
        Chain chain = call.node().chain();
        BlockEntry entry = chain.tree().find(Call.hash(call.get("blockhash"), "parameter 3"));
        if (entry == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Block hash not found");
        }
        Block block = ChainMethods.readBlock(chain, entry);
        for (int i = 0; i < block.transactions().size(); i++) {
            Transaction transaction = block.transactions().get(i);
            if (transaction.txid().equals(txid)) {
                return verbosity <= 0
                        ? Json.hex(transaction.serialized())
                        : inWords(call, transaction, i, entry, verbosity);
            }
        }
        throw new RpcException(
                RpcException.INVALID_ADDRESS_OR_KEY,
                "No such transaction found in the provided block. Use gettransaction for wallet transactions.");
    }

    private static ObjectNode inWords(Call call, Transaction transaction, int index, BlockEntry entry, int verbosity) {
        Chain chain = call.node().chain();
        BlockUndo undo = verbosity >= 2 && index > 0 && entry.hasUndo() ? chain.readUndo(entry) : null;
        List<Coin> spent = undo == null ? null : undo.spentBy(index);
        boolean active = entry.isAncestorOf(chain.tree().tip());
        ObjectNode json = Json.object().put("in_active_chain", active);
        json.setAll(TransactionJson.of(transaction, call.chain().prefixes(), spent, verbosity >= 2));
        json.put("hex", transaction.serialized().hex())
                .put("blockhash", entry.hash().toString());
        if (active) {
            json.put("confirmations", BlockJson.confirmations(entry, chain.tree()))
                    .put("time", entry.time())
                    .put("blocktime", entry.time());
        } else {
            json.put("confirmations", 0);
        }
        return json;
    }

    private static Transaction decode(String hex, String complaint) {
        Transaction transaction = TransactionMethods.decode(hex, true, true);
        if (transaction == null) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, complaint);
        }
        return transaction;
    }

    private static Feerate maxFeerate(Call call) {
        long rate = call.has("maxfeerate") ? Call.amount(call.get("maxfeerate")) : DEFAULT_MAX_FEERATE;
        if (rate >= Json.COIN) {
            throw Call.invalid("Fee rates larger than or equal to 1BTC/kvB are not accepted");
        }
        return new Feerate(rate);
    }

    private static JsonNode sendRawTransaction(Call call) {
        long burn = call.has("maxburnamount") ? Call.amount(call.get("maxburnamount")) : 0;
        Transaction transaction =
                decode(call.text("hexstring"), "TX decode failed. Make sure the tx has at least one input.");
        requireNoBurn(transaction, burn);
        Feerate most = maxFeerate(call);
        Node node = call.node();
        boolean known = node.validation(() -> send(node, transaction, most));
        // What is known is told again as it is known: another witness would make another wtxid.
        Transaction pooled = known ? node.mempool().get(transaction.txid()) : null;
        if (pooled != null) {
            node.core(() -> {
                node.peers().relay(node.clock().millis(), pooled);
                return true;
            });
        }
        node.drain();
        return Json.hash(transaction.txid());
    }

    private static void requireNoBurn(Transaction transaction, long most) {
        for (TxOut output : transaction.outputs()) {
            if (Script.isUnspendable(output.scriptPubKey()) && output.value() > most) {
                throw new RpcException(
                        RpcException.VERIFY_ERROR,
                        "Unspendable output exceeds maximum configured by user (maxburnamount)");
            }
        }
    }

    private static List<Transaction> decodeAll(JsonNode given, int least) {
        if (given.size() < least || given.size() > MAX_TESTED) {
            throw Call.invalid("Array must contain between " + least + " and " + MAX_TESTED + " transactions.");
        }
        List<Transaction> transactions = new ArrayList<>();
        for (JsonNode hex : given) {
            String text = Call.text(hex);
            transactions.add(decode(text, "TX decode failed: " + text + " Make sure the tx has at least one input."));
        }
        return transactions;
    }

    // Whether it was in the mempool already. Runs on the validation lane.
    private static boolean send(Node node, Transaction transaction, Feerate most) {
        Mempool mempool = node.mempool();
        long now = node.clock().seconds();
        if (mempool.contains(transaction.txid())) {
            return true;
        }
        for (int i = 0; i < transaction.outputs().size(); i++) {
            if (node.chain().coins().has(transaction.outPoint(i))) {
                throw new RpcException(
                        RpcException.VERIFY_ALREADY_IN_UTXO_SET, "Transaction outputs already in utxo set");
            }
        }
        if (most.satoshisPerKvb() > 0) {
            // The test tells the fee before anything has changed.
            AcceptResult tested = accepted(mempool.test(transaction, now));
            if (tested instanceof AcceptResult.Accepted accepted && accepted.fee() > most.fee(accepted.virtualSize())) {
                throw new RpcException(
                        RpcException.VERIFY_ERROR,
                        "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
            }
        }
        AcceptResult _ = accepted(mempool.accept(transaction, now));
        mempool.addUnbroadcast(transaction.txid());
        return false;
    }

    private static AcceptResult accepted(AcceptResult result) {
        return switch (result) {
            case AcceptResult.Accepted accepted -> accepted;
            case AcceptResult.Rejected rejected ->
                throw new RpcException(
                        RpcException.VERIFY_REJECTED, rejected.rejection().toString());
            case AcceptResult.MissingInputs _ ->
                throw new RpcException(RpcException.VERIFY_ERROR, "bad-txns-inputs-missingorspent");
        };
    }

    private static JsonNode testMempoolAccept(Call call) {
        List<Transaction> transactions = decodeAll(call.get("rawtxs"), 1);
        Feerate most = maxFeerate(call);
        Node node = call.node();
        PackageVerdict verdict = node.validation(
                () -> judge(node.mempool(), transactions, node.clock().seconds()));
        ArrayNode answers = Json.array();
        boolean ended = false;
        for (Transaction transaction : transactions) {
            ObjectNode answer = Json.object()
                    .put("txid", transaction.txid().toString())
                    .put("wtxid", transaction.wtxid().toString());
            if (verdict.rejection() != null) {
                answer.put("package-error", verdict.rejection().toString());
            }
            AcceptResult result = verdict.results().get(transaction.wtxid());
            if (!ended && result != null) {
                addVerdict(answer, transaction, result, most);
                // What depends on a transaction that would not be sent is not spoken of.
                ended = answer.path("reject-reason").asString("").equals(MAX_FEE_EXCEEDED);
            }
            answers.add(answer);
        }
        return answers;
    }

    private static PackageVerdict judge(Mempool mempool, List<Transaction> transactions, long now) {
        Transaction first = transactions.getFirst();
        return transactions.size() > 1
                ? mempool.testPackage(transactions, now)
                : new PackageVerdict(null, Map.of(first.wtxid(), mempool.test(first, now)));
    }

    private static void addVerdict(ObjectNode json, Transaction transaction, AcceptResult result, Feerate most) {
        switch (result) {
            case AcceptResult.Accepted accepted -> {
                if (most.satoshisPerKvb() > 0 && accepted.fee() > most.fee(accepted.virtualSize())) {
                    json.put("allowed", false).put("reject-reason", MAX_FEE_EXCEEDED);
                    return;
                }
                json.put("allowed", true).put("vsize", accepted.virtualSize());
                ObjectNode fees = json.putObject("fees");
                fees.set("base", Json.amount(accepted.fee()));
                fees.set("effective-feerate", MempoolMethods.rate(accepted.feerate()));
                fees.putArray("effective-includes").add(transaction.wtxid().toString());
            }
            case AcceptResult.Rejected(Rejection rejection) ->
                json.put("allowed", false).put("reject-reason", rejection.reason());
            case AcceptResult.MissingInputs _ -> json.put("allowed", false).put("reject-reason", "missing-inputs");
        }
    }

    private static JsonNode submitPackage(Call call) {
        List<Transaction> transactions = decodeAll(call.get("package"), 2);
        Feerate most = maxFeerate(call);
        long burn = call.has("maxburnamount") ? Call.amount(call.get("maxburnamount")) : 0;
        transactions.forEach(transaction -> requireNoBurn(transaction, burn));
        if (!isFamily(transactions)) {
            throw new RpcException(
                    RpcException.VERIFY_ERROR,
                    "package topology disallowed. not child-with-parents or parents depend on each other.");
        }
        Node node = call.node();
        long now = node.clock().seconds();
        PackageOutcome outcome = node.validation(() -> {
            PackageOutcome submitted =
                    node.mempool().submitPackage(transactions, most.satoshisPerKvb() > 0 ? most : null, now);
            for (Transaction transaction : transactions) {
                if (submitted.members().get(transaction.wtxid()) instanceof PackageOutcome.Member.Taken) {
                    node.mempool().addUnbroadcast(transaction.txid());
                }
            }
            return submitted;
        });
        node.core(() -> {
            for (Transaction transaction : transactions) {
                // What came in just now is sent by itself.
                if (node.mempool().containsWtxid(transaction.wtxid())
                        && outcome.members().get(transaction.wtxid()) instanceof PackageOutcome.Member.Known) {
                    node.peers().relay(node.clock().millis(), transaction);
                }
            }
            return true;
        });
        node.drain();
        return json(transactions, outcome);
    }

    private static ObjectNode json(List<Transaction> transactions, PackageOutcome outcome) {
        Rejection rejection = outcome.rejection();
        ObjectNode json = Json.object().put("package_msg", rejection == null ? "success" : rejection.toString());
        ObjectNode results = json.putObject("tx-results");
        Set<Hash256> replaced = new TreeSet<>();
        for (Transaction transaction : transactions) {
            PackageOutcome.Member member = outcome.members().get(transaction.wtxid());
            boolean judged = member != null || !outcome.members().isEmpty();
            if (judged) {
                ObjectNode result = results.putObject(transaction.wtxid().toString())
                        .put("txid", transaction.txid().toString());
                addMember(result, member, replaced);
            }
        }
        json.set("replaced-transactions", Json.texts(replaced));
        return json;
    }

    private static void addMember(ObjectNode json, PackageOutcome.@Nullable Member member, Set<Hash256> replaced) {
        switch (member) {
            case null -> json.put("error", "unevaluated");
            case PackageOutcome.Member.Taken taken -> {
                json.put("vsize", taken.virtualSize());
                ObjectNode fees = json.putObject("fees");
                fees.set("base", Json.amount(taken.fee()));
                fees.set("effective-feerate", MempoolMethods.rate(taken.feerate()));
                fees.set("effective-includes", Json.texts(taken.sharers()));
                taken.replaced().forEach(old -> replaced.add(old.txid()));
            }
            case PackageOutcome.Member.Known(long fee, int virtualSize) -> {
                json.put("vsize", virtualSize);
                json.putObject("fees").set("base", Json.amount(fee));
            }
            case PackageOutcome.Member.OtherWitness(Hash256 wtxid) -> json.put("other-wtxid", wtxid.toString());
            case PackageOutcome.Member.Refused(Rejection rejection) -> json.put("error", rejection.toString());
        }
    }

    // Whether the last spends all others, and these do not spend each other.
    private static boolean isFamily(List<Transaction> transactions) {
        Set<Hash256> parents = new HashSet<>();
        List<Transaction> others = transactions.subList(0, transactions.size() - 1);
        others.forEach(parent -> parents.add(parent.txid()));
        Set<Hash256> spent = new HashSet<>();
        transactions
                .getLast()
                .inputs()
                .forEach(input -> spent.add(input.previous().txid()));
        return spent.containsAll(parents)
                && others.stream()
                        .flatMap(parent -> parent.inputs().stream())
                        .noneMatch(input -> parents.contains(input.previous().txid()));
    }
}
