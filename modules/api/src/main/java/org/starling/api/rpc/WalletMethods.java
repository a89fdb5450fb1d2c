package org.starling.api.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.starling.bytes.Bytes;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Balance;
import org.starling.wallet.book.Keychain;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.seed.Mnemonic;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that make, open, protect and copy wallets. */
final class WalletMethods {
    private static final int WORDS_12 = 16;
    private static final long MAX_UNLOCK_SECONDS = 100_000_000;

    private WalletMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "createwallet",
                        category,
                        "Makes a wallet and loads it. Unless it is blank or holds no private keys, it has new seed words; see"
                                + " getwalletwords.",
                        WalletMethods::createWallet,
                        required("wallet_name", TEXT, "its name, a relative path"),
                        optional("disable_private_keys", FLAG, "whether it only watches"),
                        optional("blank", FLAG, "whether it has no keys so far"),
                        optional("passphrase", TEXT, "protects its keys; empty for none"),
                        optional("avoid_reuse", FLAG, "whether coins on addresses that were spent from are kept apart"),
                        optional("descriptors", FLAG, "must be true: other wallets are not made"),
                        optional(
                                "load_on_startup",
                                FLAG,
                                "whether it is loaded at each start; null to leave that as it is"),
                        optional("external_signer", FLAG, "must be false")),
                RpcMethod.of(
                        "createwalletfromwords",
                        category,
                        "Makes a wallet of seed words (BIP-0039) that were written down, and looks for its coins.",
                        WalletMethods::createFromWords,
                        required("wallet_name", TEXT, "its name, a relative path"),
                        required("words", TEXT, "12 or 24 words, a space between them; also 15, 18 or 21"),
                        optional("word_passphrase", TEXT, "the further word of BIP-0039; empty for none"),
                        optional("passphrase", TEXT, "protects its keys in the file; empty for none"),
                        optional(
                                "timestamp",
                                NUMBER,
                                "no coin of it is older, in seconds since 1970; 0 if that is not known"),
                        optional(
                                "load_on_startup",
                                FLAG,
                                "whether it is loaded at each start; null to leave that as it is")),
                RpcMethod.of(
                        "getwalletwords",
                        category,
                        "The seed words of the wallet, to be written down. Whoever has them has its coins.",
                        WalletMethods::getWords),
                RpcMethod.of(
                        "loadwallet",
                        category,
                        "Loads a wallet and brings it to the tip.",
                        WalletMethods::loadWallet,
                        required("filename", TEXT, "its name"),
                        optional(
                                "load_on_startup",
                                FLAG,
                                "whether it is loaded at each start; null to leave that as it is")),
                RpcMethod.of(
                        "unloadwallet",
                        category,
                        "Closes a wallet.",
                        WalletMethods::unloadWallet,
                        optional("wallet_name", TEXT, "its name; by default that of the path that is called"),
                        optional(
                                "load_on_startup",
                                FLAG,
                                "whether it is loaded at each start; null to leave that as it is")),
                RpcMethod.of(
                        "listwallets", category, "Names of the wallets that are loaded.", WalletMethods::listWallets),
                RpcMethod.of(
                        "listwalletdir", category, "The wallets in the wallets' folder.", WalletMethods::listWalletDir),
                RpcMethod.of("getwalletinfo", category, "What the wallet is and holds.", WalletMethods::getWalletInfo),
                RpcMethod.of(
                                "backupwallet",
                                category,
                                "Copies the wallet, as it is now, to a file.",
                                WalletMethods::backupWallet,
                                required("destination", TEXT, "the file, or a folder"))
                        .differing("The file is an encrypted database of our own form, which Core does not read."),
                RpcMethod.of(
                                "restorewallet",
                                category,
                                "Makes a wallet of a backup and loads it.",
                                WalletMethods::restoreWallet,
                                required("wallet_name", TEXT, "its name, a relative path"),
                                required("backup_file", TEXT, "the file"),
                                optional(
                                        "load_on_startup",
                                        FLAG,
                                        "whether it is loaded at each start; null to leave that as it is"))
                        .differing("Takes backups of our own form, not those of Core."),
                RpcMethod.of(
                        "setwalletflag",
                        category,
                        "Changes what the wallet does.",
                        WalletMethods::setWalletFlag,
                        required("flag", TEXT, "avoid_reuse"),
                        optional("value", FLAG, "true by default")),
                RpcMethod.of(
                                "encryptwallet",
                                category,
                                "Protects the wallet's keys with a passphrase; it is locked then.",
                                WalletMethods::encryptWallet,
                                required("passphrase", TEXT, "at least one character; without it the keys are lost"))
                        .differing(
                                "The HD key stays the same: words that were written down before stay good. Core makes new keys."),
                RpcMethod.of(
                        "walletpassphrase",
                        category,
                        "Opens the wallet's keys for some time.",
                        WalletMethods::walletPassphrase,
                        required("passphrase", TEXT, "the passphrase"),
                        required("timeout", NUMBER, "seconds, at most 100000000")),
                RpcMethod.of(
                        "walletpassphrasechange",
                        category,
                        "Changes the passphrase.",
                        WalletMethods::changePassphrase,
                        required("oldpassphrase", TEXT, "the passphrase"),
                        required("newpassphrase", TEXT, "the new one")),
                RpcMethod.of("walletlock", category, "Locks the wallet's keys.", WalletMethods::walletLock),
                RpcMethod.of(
                        "keypoolrefill",
                        category,
                        "Watches more addresses ahead.",
                        WalletMethods::keypoolRefill,
                        optional("newsize", NUMBER, "how many; as -keypool by default")));
    }

    private static JsonNode createWallet(Call call) {
        EnumSet<WalletFlag> flags = EnumSet.noneOf(WalletFlag.class);
        boolean watches = call.flag("disable_private_keys", false);
        String passphrase = call.text("passphrase", "");
        if (watches) {
            flags.add(WalletFlag.DISABLE_PRIVATE_KEYS);
        }
        boolean blank = call.flag("blank", false);
        if (blank) {
            flags.add(WalletFlag.BLANK);
        }
        if (call.flag("avoid_reuse", false)) {
            flags.add(WalletFlag.AVOID_REUSE);
        }
        if (!call.flag("descriptors", true)) {
            throw new RpcException(
                    RpcException.WALLET_ERROR, "Only descriptor wallets are made here; leave descriptors true.");
        }
        if (call.flag("external_signer", false)) {
            throw new RpcException(RpcException.WALLET_ERROR, "External signers are not supported.");
        }
        if (watches && !passphrase.isEmpty()) {
            throw new RpcException(
                    RpcException.WALLET_ERROR,
                    "Passphrase provided but private keys are disabled. A passphrase is only used to encrypt private keys,"
                            + " so cannot be used for wallets with private keys disabled.");
        }
        long now = call.node().clock().seconds();
        Wallet wallet = call.wallets().create(call.text("wallet_name"), flags, now, made -> {
            if (!watches && !blank) {
                byte[] entropy = new byte[WORDS_12];
                call.server().host().randomBytes(entropy);
                adopt(made, Mnemonic.of(Bytes.wrap(entropy)), "", passphrase, now);
            } else if (!passphrase.isEmpty()) {
                byte[] bytes = passphrase.getBytes(UTF_8);
                made.secrets().encrypt(bytes);
                Arrays.fill(bytes, (byte) 0);
            }
        });
        call.server().host().loadOnStart(wallet.name(), startFlag(call));
        ObjectNode json = Json.object().put("name", wallet.name());
        if (call.has("passphrase") && passphrase.isEmpty()) {
            json.putArray("warnings").add("Empty string given as passphrase, wallet will not be encrypted.");
        }
        return json;
    }

    private static Optional<Boolean> startFlag(Call call) {
        return call.has("load_on_startup") ? Optional.of(call.flag("load_on_startup", false)) : Optional.empty();
    }

    /** Gives the wallet its keys, protected before they are written if there is a passphrase. */
    private static void adopt(Wallet wallet, Mnemonic words, String wordPassphrase, String passphrase, long birth) {
        byte[] bytes = passphrase.getBytes(UTF_8);
        wallet.secrets().adopt(words, wordPassphrase, bytes, birth);
        Arrays.fill(bytes, (byte) 0);
    }

    private static JsonNode createFromWords(Call call) {
        Mnemonic words;
        try {
            words = Mnemonic.parse(call.text("words"));
        } catch (Mnemonic.InvalidWordsException e) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, String.valueOf(e.getMessage()));
        }
        long birth = Math.max(0, call.number("timestamp", 0));
        Wallet wallet = call.wallets()
                .create(call.text("wallet_name"), EnumSet.noneOf(WalletFlag.class), birth, made -> {
                    adopt(made, words, call.text("word_passphrase", ""), call.text("passphrase", ""), birth);
                });
        call.server().host().loadOnStart(wallet.name(), startFlag(call));
        return Json.object().put("name", wallet.name());
    }

    private static JsonNode getWords(Call call) {
        Wallet wallet = call.wallet();
        Mnemonic words = wallet.secrets()
                .words()
                .orElseThrow(() -> new RpcException(
                        RpcException.WALLET_ERROR,
                        "This wallet was not made of seed words; listdescriptors true shows its private keys"));
        return Json.object()
                .put("words", words.sentence())
                .put("count", words.words().size());
    }

    private static JsonNode loadWallet(Call call) {
        Wallet wallet = call.wallets().load(call.text("filename"));
        call.server().host().loadOnStart(wallet.name(), startFlag(call));
        return Json.object().put("name", wallet.name());
    }

    private static JsonNode unloadWallet(Call call) {
        Optional<String> called = call.walletName();
        if (called.isPresent() && call.has("wallet_name") && !called.get().equals(call.text("wallet_name"))) {
            throw Call.invalid("RPC endpoint wallet and wallet_name parameter specify different wallets");
        }
        String name = called.isPresent() ? called.get() : call.has("wallet_name") ? call.text("wallet_name") : "";
        if (called.isEmpty() && !call.has("wallet_name")) {
            throw Call.invalid("Either the RPC endpoint wallet or the wallet name parameter must be provided");
        }
        Wallet wallet = call.wallets().find(name);
        if (wallet == null) {
            throw new RpcException(RpcException.WALLET_NOT_FOUND, "Requested wallet does not exist or is not loaded");
        }
        call.wallets().unload(wallet);
        call.server().host().loadOnStart(name, startFlag(call));
        return Json.object();
    }

    private static JsonNode listWallets(Call call) {
        return Json.texts(call.wallets().all().stream().map(Wallet::name).toList());
    }

    private static JsonNode listWalletDir(Call call) {
        ObjectNode json = Json.object();
        ArrayNode wallets = json.putArray("wallets");
        call.wallets().shelf().names().forEach(name -> wallets.addObject().put("name", name));
        return json;
    }

    private static JsonNode getWalletInfo(Call call) {
        Wallet wallet = call.wallet();
        Balance balance = wallet.balance(0);
        int external = 0;
        int internal = 0;
        for (Keychain keychain : wallet.keychains()) {
            if (keychain.activeFor() != null && keychain.internal()) {
                internal += keychain.end() - keychain.next();
            } else if (keychain.activeFor() != null) {
                external += keychain.end() - keychain.next();
            }
        }
        ObjectNode json = Json.object()
                .put("walletname", wallet.name())
                .put("walletversion", 169900)
                .put("format", "sqlite");
        json.set("balance", Json.amount(balance.trusted()));
        json.set("unconfirmed_balance", Json.amount(balance.pending()));
        json.set("immature_balance", Json.amount(balance.immature()));
        json.put("txcount", wallet.count()).put("keypoolsize", external).put("keypoolsize_hd_internal", internal);
        if (wallet.secrets().isEncrypted()) {
            json.put("unlocked_until", wallet.secrets().openUntilMillis() / 1000);
        }
        json.set("paytxfee", Json.amount(call.wallets().payFee(wallet).satoshisPerKvb()));
        json.put("private_keys_enabled", !wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS))
                .put("avoid_reuse", wallet.is(WalletFlag.AVOID_REUSE));
        Wallets.Rescan rescan = call.wallets().rescanOf(wallet);
        if (rescan == null) {
            json.put("scanning", false);
        } else {
            json.putObject("scanning").put("duration", rescan.seconds()).put("progress", rescan.progress());
        }
        json.put("descriptors", true).put("external_signer", false).put("blank", wallet.is(WalletFlag.BLANK));
        wallet.oldest().ifPresent(time -> json.put("birthtime", time));
        addPlace(json, call, wallet);
        return json;
    }

    /** The block up to which the wallet knows the chain. */
    static void addPlace(ObjectNode json, Call call, Wallet wallet) {
        if (!wallet.place().isEmpty()) {
            json.putObject("lastprocessedblock")
                    .put("hash", wallet.place().getFirst().toString())
                    .put("height", wallet.height());
        }
    }

    private static JsonNode backupWallet(Call call) {
        Wallet wallet = call.wallet();
        wallet.savePlace();
        try {
            call.wallets().shelf().backup(wallet.store(), call.text("destination"));
        } catch (StorageException e) {
            throw new RpcException(RpcException.WALLET_ERROR, "Error: Wallet backup failed! " + e.getMessage());
        }
        return Json.nothing();
    }

    private static JsonNode restoreWallet(Call call) {
        Wallet wallet = call.wallets().restore(call.text("wallet_name"), call.text("backup_file"));
        call.server().host().loadOnStart(wallet.name(), startFlag(call));
        return Json.object().put("name", wallet.name());
    }

    private static JsonNode setWalletFlag(Call call) {
        Wallet wallet = call.wallet();
        String name = call.text("flag");
        boolean on = call.flag("value", true);
        Optional<WalletFlag> flag = Arrays.stream(WalletFlag.values())
                .filter(candidate -> candidate.label().equals(name))
                .findFirst();
        if (flag.isEmpty()) {
            throw Call.invalid("Unknown wallet flag: " + name);
        }
        if (flag.get() != WalletFlag.AVOID_REUSE) {
            throw Call.invalid("Wallet flag is immutable: " + name);
        }
        if (wallet.is(flag.get()) == on) {
            throw Call.invalid("Wallet flag is already set to " + on + ": " + name);
        }
        wallet.set(flag.get(), on);
        ObjectNode json = Json.object().put("flag_name", name).put("flag_state", on);
        if (on) {
            json.put(
                    "warnings",
                    "You need to rescan the blockchain in order to correctly mark used destinations in the past. Until this"
                            + " is done, some destinations may be considered unused, even if the opposite is the case.");
        }
        return json;
    }

    private static JsonNode encryptWallet(Call call) {
        Wallet wallet = call.wallet();
        if (wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RpcException(
                    RpcException.WALLET_ENCRYPTION_FAILED,
                    "Error: wallet does not contain private keys, nothing to encrypt.");
        }
        String passphrase = call.text("passphrase");
        if (passphrase.isEmpty() && !wallet.secrets().isEncrypted()) {
            throw Call.invalid("passphrase cannot be empty");
        }
        byte[] bytes = passphrase.getBytes(UTF_8);
        wallet.secrets().encrypt(bytes);
        Arrays.fill(bytes, (byte) 0);
        return Json.text(
                "wallet encrypted; the keys are the same as before, sealed from now on. Backups made before this hold them"
                        + " unsealed: make a new backup, and destroy those.");
    }

    private static JsonNode walletPassphrase(Call call) {
        Wallet wallet = call.wallet();
        long timeout = call.number("timeout");
        if (!wallet.secrets().isEncrypted()) {
            throw new RpcException(
                    RpcException.WALLET_WRONG_ENC_STATE,
                    "Error: running with an unencrypted wallet, but walletpassphrase was called.");
        }
        if (timeout < 0) {
            throw Call.invalid("Timeout cannot be negative.");
        }
        String passphrase = call.text("passphrase");
        if (passphrase.isEmpty()) {
            throw Call.invalid("passphrase cannot be empty");
        }
        byte[] bytes = passphrase.getBytes(UTF_8);
        call.wallets().unlock(wallet, bytes, Math.min(timeout, MAX_UNLOCK_SECONDS));
        Arrays.fill(bytes, (byte) 0);
        return Json.nothing();
    }

    private static JsonNode changePassphrase(Call call) {
        Wallet wallet = call.wallet();
        String changed = call.text("newpassphrase");
        if (wallet.secrets().isEncrypted()
                && (changed.isEmpty() || call.text("oldpassphrase").isEmpty())) {
            throw Call.invalid("passphrase cannot be empty");
        }
        wallet.secrets().changePassphrase(call.text("oldpassphrase").getBytes(UTF_8), changed.getBytes(UTF_8));
        return Json.nothing();
    }

    private static JsonNode walletLock(Call call) {
        call.wallet().secrets().lock();
        return Json.nothing();
    }

    private static JsonNode keypoolRefill(Call call) {
        Wallet wallet = call.wallet();
        if (wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Error: Private keys are disabled for this wallet");
        }
        long size = call.number("newsize", 0);
        if (size < 0) {
            throw Call.invalid("Invalid parameter, expected valid size.");
        }
        wallet.refill((int) Math.min(size, Integer.MAX_VALUE / 2));
        return Json.nothing();
    }
}
