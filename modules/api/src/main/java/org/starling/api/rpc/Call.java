package org.starling.api.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Wallet;
import tools.jackson.databind.JsonNode;

/** A call under way: the arguments by the names of the parameters, and what the method works on. */
public final class Call {
    private final RpcServer server;
    private final RpcMethod method;
    private final List<JsonNode> arguments;
    private final String path;

    /** A call that names no wallet. */
    Call(RpcServer server, RpcMethod method, List<JsonNode> arguments) {
        this(server, method, arguments, "/");
    }

    /** @param path that was called: {@code /}, or {@code /wallet/} and a wallet's name */
    Call(RpcServer server, RpcMethod method, List<JsonNode> arguments, String path) {
        this.server = server;
        this.method = method;
        this.arguments = arguments;
        this.path = path;
    }

    /** The wallet that the path names, if it names one. */
    Optional<String> walletName() {
        String prefix = "/wallet/";
        return path.startsWith(prefix)
                ? Optional.of(URLDecoder.decode(path.substring(prefix.length()).replace("+", "%2B"), UTF_8))
                : Optional.empty();
    }

    Wallets wallets() {
        return server.wallets();
    }

    /** The wallet that the call is for, with all that chain and mempool did so far. */
    Wallet wallet() {
        Wallets wallets = server.wallets();
        Optional<String> name = walletName();
        List<Wallet> loaded = wallets.all();
        Wallet wallet = name.isPresent() ? wallets.find(name.get()) : loaded.size() == 1 ? loaded.getFirst() : null;
        if (wallet != null) {
            wallets.drain();
            return wallet;
        }
        if (name.isPresent()) {
            throw new RpcException(RpcException.WALLET_NOT_FOUND, "Requested wallet does not exist or is not loaded");
        }
        throw loaded.isEmpty()
                ? new RpcException(
                        RpcException.WALLET_NOT_FOUND,
                        "No wallet is loaded. Load a wallet using loadwallet or create a new one with createwallet."
                                + " (Note: A default wallet is no longer automatically created)")
                : new RpcException(
                        RpcException.WALLET_NOT_SPECIFIED,
                        "Wallet file not specified (must request wallet RPC through /wallet/<filename> uri-path).");
    }

    RpcServer server() {
        return server;
    }

    Node node() {
        return server.node();
    }

    ChainParams chain() {
        return server.chain();
    }

    /** The address in an argument. Throws with error -5 if it is none of the chain. */
    Address address(String name, String complaint) {
        Address address = Address.decode(text(name), chain().prefixes()).address();
        if (address == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, complaint);
        }
        return address;
    }

    RpcMethod method() {
        return method;
    }

    List<JsonNode> arguments() {
        return arguments;
    }

    /** The argument, or a null node if it was left out. */
    JsonNode get(String name) {
        for (int i = 0; i < method.parameters().size(); i++) {
            if (method.parameters().get(i).name().equals(name)) {
                return i < arguments.size() ? arguments.get(i) : Json.nothing();
            }
        }
        throw new AssertionError(method.name() + " has no parameter " + name);
    }

    boolean has(String name) {
        return !get(name).isNull();
    }

    String text(String name) {
        return text(get(name));
    }

    String text(String name, String byDefault) {
        return has(name) ? text(name) : byDefault;
    }

    boolean flag(String name, boolean byDefault) {
        return has(name) ? flag(get(name)) : byDefault;
    }

    long number(String name) {
        return number(get(name));
    }

    long number(String name, long byDefault) {
        return has(name) ? number(name) : byDefault;
    }

    int integer(String name) {
        return integer(get(name));
    }

    int integer(String name, int byDefault) {
        return has(name) ? integer(name) : byDefault;
    }

    Hash256 hash(String name) {
        return hash(get(name), name);
    }

    Bytes hex(String name) {
        return hex(get(name), name);
    }

    /** A verbosity: a number, or false and true for 0 and 1. */
    int verbosity(String name, int byDefault) {
        JsonNode value = get(name);
        if (value.isNull()) {
            return byDefault;
        }
        return value.isBoolean() ? (value.booleanValue() ? 1 : 0) : integer(value);
    }

    static String text(JsonNode value) {
        expect(value, value.isString(), "string");
        return value.stringValue();
    }

    static JsonNode object(JsonNode value) {
        expect(value, value.isObject(), "object");
        return value;
    }

    static JsonNode array(JsonNode value) {
        expect(value, value.isArray(), "array");
        return value;
    }

    static boolean flag(JsonNode value) {
        expect(value, value.isBoolean(), "bool");
        return value.booleanValue();
    }

    static long number(JsonNode value) {
        expect(value, value.isNumber(), "number");
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new RpcException(RpcException.MISC_ERROR, "JSON integer out of range");
        }
        return value.longValue();
    }

    static int integer(JsonNode value) {
        long number = number(value);
        if (number != (int) number) {
            throw new RpcException(RpcException.MISC_ERROR, "JSON integer out of range");
        }
        return (int) number;
    }

    static double real(JsonNode value) {
        expect(value, value.isNumber(), "number");
        return value.doubleValue();
    }

    /** A txid or block hash of 64 digits; {@code name} is for the error. */
    static Hash256 hash(JsonNode value, String name) {
        String text = text(value);
        if (text.length() != 64) {
            throw invalid(name + " must be of length 64 (not " + text.length() + ", for '" + text + "')");
        }
        if (!isHex(text)) {
            throw invalid(name + " must be hexadecimal string (not '" + text + "')");
        }
        return Hash256.fromHex(text);
    }

    static Bytes hex(JsonNode value, String name) {
        String text = value.isString() ? value.stringValue() : "";
        if (!isHex(text) || text.isEmpty()) {
            throw invalid(name + " must be hexadecimal string (not '" + text + "')");
        }
        return Bytes.fromHex(text);
    }

    /** Bitcoins, as a number or as text, in satoshis; up to 21 million and not negative. */
    static long amount(JsonNode value) {
        if (!value.isNumber() && !value.isString()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Amount is not a number or string");
        }
        OptionalLong satoshis = decimal(value.isString() ? value.stringValue() : value.asString(), 8);
        if (satoshis.isEmpty()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Invalid amount");
        }
        if (satoshis.getAsLong() < 0 || satoshis.getAsLong() > 21_000_000L * Json.COIN) {
            throw new RpcException(RpcException.TYPE_ERROR, "Amount out of range");
        }
        return satoshis.getAsLong();
    }

    /** The decimal number times ten to the power of {@code decimals}, if that is whole and has at most 18 digits. */
    static OptionalLong decimal(String text, int decimals) {
        if (!text.matches("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?")) {
            return OptionalLong.empty();
        }
        try {
            long value = new BigDecimal(text).movePointRight(decimals).longValueExact();
            return Math.abs(value) < 1_000_000_000_000_000_000L ? OptionalLong.of(value) : OptionalLong.empty();
        } catch (ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    static boolean isHex(String text) {
        if (text.length() % 2 != 0) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) > 'f') {
                return false;
            }
        }
        return true;
    }

    /** Throws if a field of an object is missing or not of the type. */
    static void requireField(JsonNode object, String name, boolean holds, String type) {
        JsonNode value = object.path(name);
        if (value.isMissingNode()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Missing " + name);
        }
        if (!holds) {
            throw new RpcException(
                    RpcException.TYPE_ERROR,
                    "JSON value of type " + Json.typeName(value) + " for field " + name + " is not of expected type "
                            + type);
        }
    }

    /** Throws if an object has a field of another name than these. */
    static void requireNoOther(JsonNode object, String... names) {
        for (String name : object.propertyNames()) {
            if (!List.of(names).contains(name)) {
                throw new RpcException(RpcException.TYPE_ERROR, "Unexpected key " + name);
            }
        }
    }

    static RpcException invalid(String message) {
        return new RpcException(RpcException.INVALID_PARAMETER, message);
    }

    private static void expect(@Nullable JsonNode value, boolean holds, String type) {
        if (!holds || value == null) {
            String given = value == null ? "null" : Json.typeName(value);
            throw new RpcException(
                    RpcException.TYPE_ERROR, "JSON value of type " + given + " is not of expected type " + type);
        }
    }
}
