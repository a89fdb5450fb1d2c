package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.TxOut;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about a wallet's addresses: new ones, what they are called, what they received. */
final class AddressMethods {
    /** An address type that the command line asks for: whatever a person is given on the page too. */
    static final String FOR_PEOPLE = "usual";

    private AddressMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                                "getnewaddress",
                                category,
                                "An address to be paid at that nobody was given yet.",
                                AddressMethods::getNewAddress,
                                optional("label", TEXT, "what it is called; empty by default"),
                                optional(
                                        "address_type",
                                        TEXT,
                                        "legacy, p2sh-segwit, bech32 or bech32m; usual for what a person is given"))
                        .differing("The address type usual is an addition: that of -addresstype, else bech32m."),
                RpcMethod.of(
                        "getrawchangeaddress",
                        category,
                        "An address for change, for transactions that are made by hand.",
                        AddressMethods::getRawChangeAddress,
                        optional("address_type", TEXT, "legacy, p2sh-segwit, bech32 or bech32m")),
                RpcMethod.of(
                        "getaddressinfo",
                        category,
                        "What the wallet knows of an address.",
                        AddressMethods::getAddressInfo,
                        required("address", TEXT, "the address")),
                RpcMethod.of(
                        "setlabel",
                        category,
                        "Calls an address something.",
                        AddressMethods::setLabel,
                        required("address", TEXT, "the address"),
                        required("label", TEXT, "what it is called")),
                RpcMethod.of(
                        "listlabels",
                        category,
                        "What addresses are called.",
                        AddressMethods::listLabels,
                        optional("purpose", TEXT, "receive or send; all by default")),
                RpcMethod.of(
                        "getaddressesbylabel",
                        category,
                        "The addresses that are called so.",
                        AddressMethods::getAddressesByLabel,
                        required("label", TEXT, "what they are called")),
                RpcMethod.of(
                        "listaddressgroupings",
                        category,
                        "The wallet's addresses in groups: those of one group were shown to the world to have one owner, by"
                                + " being spent from together or as change.",
                        call -> new AddressGroups(call).json()),
                RpcMethod.of(
                        "getreceivedbyaddress",
                        category,
                        "What was ever paid to an address of the wallet, in BTC.",
                        call -> Json.amount(received(call, script(call)::equals)),
                        required("address", TEXT, "the address"),
                        optional("minconf", NUMBER, "confirmations that count; 1 by default"),
                        optional(
                                "include_immature_coinbase", FLAG, "whether coins count that are too new to be spent")),
                RpcMethod.of(
                        "getreceivedbylabel",
                        category,
                        "What was ever paid to the wallet's addresses that are called so, in BTC.",
                        AddressMethods::getReceivedByLabel,
                        required("label", TEXT, "what they are called"),
                        optional("minconf", NUMBER, "confirmations that count; 1 by default"),
                        optional(
                                "include_immature_coinbase", FLAG, "whether coins count that are too new to be spent")),
                RpcMethod.of(
                        "listreceivedbyaddress",
                        category,
                        "What each address of the wallet received.",
                        call -> new ReceivedList(call).byAddress(),
                        optional("minconf", NUMBER, "confirmations that count; 1 by default"),
                        optional("include_empty", FLAG, "whether addresses are listed that received nothing"),
                        optional("include_watchonly", FLAG, "has no effect"),
                        optional("address_filter", TEXT, "only this address"),
                        optional(
                                "include_immature_coinbase", FLAG, "whether coins count that are too new to be spent")),
                RpcMethod.of(
                        "listreceivedbylabel",
                        category,
                        "What addresses of each label received.",
                        call -> new ReceivedList(call).byLabel(),
                        optional("minconf", NUMBER, "confirmations that count; 1 by default"),
                        optional("include_empty", FLAG, "whether labels are listed that received nothing"),
                        optional("include_watchonly", FLAG, "has no effect"),
                        optional(
                                "include_immature_coinbase",
                                FLAG,
                                "whether coins count that are too new to be spent")));
    }

    /** The type that an argument names, if it is given. Throws with error -5 for any other text. */
    static @Nullable OutputType type(Call call, String parameter) {
        if (!call.has(parameter)) {
            return null;
        }
        return type(call.text(parameter));
    }

    static OutputType type(String name) {
        return OutputType.of(name)
                .orElseThrow(() ->
                        new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Unknown address type '" + name + "'"));
    }

    static String address(Call call, Bytes script) {
        return Address.ofScript(script)
                .map(address -> address.encode(call.chain().prefixes()))
                .orElse("");
    }

    private static Bytes script(Call call) {
        Bytes script = call.address("address", "Invalid Bitcoin address").scriptPubKey();
        if (!call.wallet().isMine(script)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Address not found in wallet");
        }
        return script;
    }

    /** A label as people write them. Throws with error -11 for one that stands for all. */
    static String label(String text) {
        if (text.equals("*")) {
            throw new RpcException(RpcException.WALLET_INVALID_LABEL_NAME, "Invalid label name");
        }
        return text;
    }

    private static JsonNode getNewAddress(Call call) {
        Wallet wallet = call.wallet();
        if (!wallet.canGiveAddresses(false)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Error: This wallet has no available keys");
        }
        String label = label(call.text("label", ""));
        return Json.text(address(call, wallet.newAddress(typeOfNew(call, wallet), label)));
    }

    private static OutputType typeOfNew(Call call, Wallet wallet) {
        if (call.text("address_type", "").equals(FOR_PEOPLE)) {
            return wallet.options().typeForPeople();
        }
        OutputType type = type(call, "address_type");
        return type == null ? wallet.options().typeForPrograms() : type;
    }

    private static JsonNode getRawChangeAddress(Call call) {
        Wallet wallet = call.wallet();
        if (!wallet.canGiveAddresses(true)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Error: This wallet has no available keys");
        }
        OutputType type = type(call, "address_type");
        OutputType usual = wallet.options().changeType();
        OutputType byDefault = usual == null ? wallet.options().typeForPrograms() : usual;
        return Json.text(address(call, wallet.newChange(type == null ? byDefault : type)));
    }

    private static JsonNode getAddressInfo(Call call) {
        Wallet wallet = call.wallet();
        Address.Decoded decoded =
                Address.decode(call.text("address"), call.chain().prefixes());
        Address address = decoded.address();
        if (address == null) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY,
                    decoded.error().isEmpty() ? "Invalid address" : decoded.error());
        }
        return new AddressInfo(call, wallet, address).json();
    }

    private static JsonNode setLabel(Call call) {
        Wallet wallet = call.wallet();
        Bytes script = call.address("address", "Invalid Bitcoin address").scriptPubKey();
        wallet.label(script, new Label(label(call.text("label")), wallet.isMine(script)));
        return Json.nothing();
    }

    private static @Nullable Boolean receiving(Call call) {
        if (!call.has("purpose") || call.text("purpose").isEmpty()) {
            return null;
        }
        return switch (call.text("purpose")) {
            case "receive" -> true;
            case "send" -> false;
            default ->
                throw Call.invalid("Invalid 'purpose' argument, must be a known purpose string, typically 'send', or"
                        + " 'receive'.");
        };
    }

    private static JsonNode listLabels(Call call) {
        return Json.texts(call.wallet().labelNames(receiving(call)));
    }

    private static JsonNode getAddressesByLabel(Call call) {
        String label = label(call.text("label"));
        Map<String, String> found = new TreeMap<>();
        call.wallet().labels().forEach((script, given) -> {
            if (given.text().equals(label)) {
                found.put(address(call, script), given.purpose());
            }
        });
        if (found.isEmpty()) {
            throw new RpcException(RpcException.WALLET_INVALID_LABEL_NAME, "No addresses with label " + label);
        }
        ObjectNode json = Json.object();
        found.forEach((address, purpose) -> json.putObject(address).put("purpose", purpose));
        return json;
    }

    private static JsonNode getReceivedByLabel(Call call) {
        Wallet wallet = call.wallet();
        String label = label(call.text("label"));
        Map<Bytes, Label> labels = wallet.labels();
        boolean known = labels.values().stream().anyMatch(given -> given.text().equals(label));
        if (!known) {
            throw new RpcException(RpcException.WALLET_ERROR, "Label not found in wallet");
        }
        return Json.amount(received(
                call,
                script -> Optional.ofNullable(labels.get(script))
                        .filter(given -> given.text().equals(label))
                        .isPresent()));
    }

    private static long received(Call call, Predicate<Bytes> counts) {
        Wallet wallet = call.wallet();
        long least = call.number("minconf", 1);
        boolean immature = call.flag("include_immature_coinbase", false);
        long sum = 0;
        for (WalletTx tx : wallet.transactions()) {
            int depth = wallet.depth(tx);
            boolean young = wallet.blocksToMaturity(tx) > 0;
            if (depth < least
                    || depth < 0
                    || young && !immature
                    || tx.transaction().isCoinbase() && depth < 1) {
                continue;
            }
            for (TxOut output : tx.transaction().outputs()) {
                if (wallet.isMine(output.scriptPubKey()) && counts.test(output.scriptPubKey())) {
                    sum += output.value();
                }
            }
        }
        return sum;
    }
}
