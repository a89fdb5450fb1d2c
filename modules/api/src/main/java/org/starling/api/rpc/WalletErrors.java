package org.starling.api.rpc;

import org.starling.wallet.book.WalletException;

/** The error codes of what wallets refuse. */
final class WalletErrors {
    private WalletErrors() {}

    static RpcException of(WalletException e) {
        int code = switch (e.kind()) {
            case GENERAL, INVALID_DATA -> RpcException.WALLET_ERROR;
            case INVALID_KEY -> RpcException.INVALID_ADDRESS_OR_KEY;
            case INVALID_ARGUMENT -> RpcException.INVALID_PARAMETER;
            case INSUFFICIENT_FUNDS -> RpcException.WALLET_INSUFFICIENT_FUNDS;
            case SPENT -> RpcException.MISC_ERROR;
            case INVALID_LABEL -> RpcException.WALLET_INVALID_LABEL_NAME;
            case KEYPOOL_RAN_OUT -> RpcException.WALLET_KEYPOOL_RAN_OUT;
            case UNLOCK_NEEDED -> RpcException.WALLET_UNLOCK_NEEDED;
            case PASSPHRASE_INCORRECT -> RpcException.WALLET_PASSPHRASE_INCORRECT;
            case WRONG_ENCRYPTION_STATE -> RpcException.WALLET_WRONG_ENC_STATE;
            case NOT_FOUND -> RpcException.WALLET_NOT_FOUND;
            case ALREADY_LOADED -> RpcException.WALLET_ALREADY_LOADED;
            case ALREADY_EXISTS -> RpcException.WALLET_ALREADY_EXISTS;
        };
        return new RpcException(code, String.valueOf(e.getMessage()));
    }
}
