package org.starling.api.rpc;

import tools.jackson.databind.node.ObjectNode;

/** The error that a call is answered with. Cheap: it has no stack trace. */
public final class RpcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Anything that went wrong while a method ran. */
    public static final int MISC_ERROR = -1;

    public static final int TYPE_ERROR = -3;
    public static final int WALLET_ERROR = -4;
    public static final int INVALID_ADDRESS_OR_KEY = -5;
    public static final int INVALID_PARAMETER = -8;
    public static final int CLIENT_NOT_CONNECTED = -9;
    public static final int CLIENT_IN_INITIAL_DOWNLOAD = -10;
    public static final int WALLET_INSUFFICIENT_FUNDS = -6;
    public static final int WALLET_INVALID_LABEL_NAME = -11;
    public static final int WALLET_KEYPOOL_RAN_OUT = -12;
    public static final int WALLET_UNLOCK_NEEDED = -13;
    public static final int WALLET_PASSPHRASE_INCORRECT = -14;
    public static final int WALLET_WRONG_ENC_STATE = -15;
    public static final int WALLET_ENCRYPTION_FAILED = -16;
    public static final int WALLET_NOT_FOUND = -18;
    public static final int WALLET_NOT_SPECIFIED = -19;
    public static final int WALLET_ALREADY_LOADED = -35;
    public static final int WALLET_ALREADY_EXISTS = -36;
    public static final int DATABASE_ERROR = -20;
    public static final int DESERIALIZATION_ERROR = -22;
    public static final int CLIENT_NODE_ALREADY_ADDED = -23;
    public static final int CLIENT_NODE_NOT_ADDED = -24;
    public static final int VERIFY_ERROR = -25;
    public static final int VERIFY_REJECTED = -26;
    public static final int VERIFY_ALREADY_IN_UTXO_SET = -27;
    public static final int IN_WARMUP = -28;
    public static final int CLIENT_NODE_NOT_CONNECTED = -29;
    public static final int METHOD_DEPRECATED = -32;
    public static final int CLIENT_INVALID_IP_OR_SUBNET = -30;
    public static final int CLIENT_P2P_DISABLED = -31;
    public static final int CLIENT_NODE_CAPACITY_REACHED = -34;
    public static final int INVALID_REQUEST = -32600;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INTERNAL_ERROR = -32603;
    public static final int PARSE_ERROR = -32700;

    private final int code;
    private final String text;

    public RpcException(int code, String text) {
        super(text, null, false, false);
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }

    ObjectNode toJson() {
        return Json.object().put("code", code).put("message", text);
    }
}
