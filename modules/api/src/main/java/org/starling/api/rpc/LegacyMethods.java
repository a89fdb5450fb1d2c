package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.optional;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Methods that Bitcoin Core has for wallets without descriptors, which are none of ours: they answer as Core does for a
 * wallet with descriptors, and say what to use.
 */
final class LegacyMethods {
    private static final Map<String, String> INSTEAD = new TreeMap<>(Map.ofEntries(
            Map.entry("addmultisigaddress", "importdescriptors with a multi() descriptor"),
            Map.entry("dumpprivkey", "listdescriptors with private=true"),
            Map.entry("dumpwallet", "listdescriptors with private=true, or backupwallet"),
            Map.entry("importaddress", "importdescriptors with an addr() or raw() descriptor"),
            Map.entry("importmulti", "importdescriptors"),
            Map.entry("importprivkey", "importdescriptors with a combo() descriptor"),
            Map.entry("importpubkey", "importdescriptors with a combo() descriptor"),
            Map.entry("importwallet", "importdescriptors, or restorewallet"),
            Map.entry("newkeypool", "keypoolrefill"),
            Map.entry("sethdseed", "importdescriptors, or createwalletfromwords")));

    /** Most arguments that any of them takes. */
    private static final int MOST_ARGUMENTS = 6;

    private LegacyMethods() {}

    static List<RpcMethod> all() {
        Parameter[] any = new Parameter[MOST_ARGUMENTS];
        for (int i = 0; i < any.length; i++) {
            any[i] = optional("arg" + i, ANY, "not looked at");
        }
        List<RpcMethod> methods = new ArrayList<>();
        INSTEAD.forEach((name, instead) -> methods.add(RpcMethod.of(
                        name,
                        "hidden",
                        "For wallets without descriptors, which are not made here. Use " + instead + ".",
                        call -> {
                            call.wallet();
                            throw new RpcException(
                                    RpcException.WALLET_ERROR,
                                    "Only legacy wallets are supported by this command: use " + instead + ".");
                        },
                        any)
                .differing("Always the error that Core gives for a wallet with descriptors.")));
        return methods;
    }
}
