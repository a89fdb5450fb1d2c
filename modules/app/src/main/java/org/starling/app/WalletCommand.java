package org.starling.app;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The wallets of a running node on the command line, in words. Finds the node as {@code cli} does. */
final class WalletCommand {
    private static final String USAGE = """
            usage: starling wallet [OPTIONS] ACTION [ARGUMENTS]

            Works with the wallets of a running node.

              create NAME [--encrypt]   make a wallet and show the words to write down
              restore NAME [--encrypt]  make a wallet of such words, which are asked for
              list                      the wallets, and what they hold
              load NAME, unload NAME    open a wallet, close it
              words                     show the words again
              receive [LABEL]           a new address to be paid at
              balance                   what the wallet holds
              send ADDRESS AMOUNT       pay; AMOUNT in BTC
                [--fee=SAT/VB] [--target=BLOCKS] [--subtract] [--comment=TEXT] [--yes]
              sweep ADDRESS [--fee=SAT/VB] [--yes]
                                        send everything
              history [COUNT]           the latest payments (default: 20)
              bump TXID [--fee=SAT/VB]  have a payment confirm sooner: pay more
              cancel TXID               replace a payment that is in no block by one to oneself
              abandon TXID              give up a payment that the network forgot
              coins                     the coins that can be spent
              freeze TXID:N, thaw TXID:N
                                        keep a coin out of payments, let it in again
              label ADDRESS TEXT        call an address something
              encrypt, passphrase       protect the keys with a passphrase, change it
              unlock [SECONDS], lock    open the keys (default: 60 seconds), lock them
              rescan [HEIGHT]           look for payments in blocks again
              backup FILE               copy the wallet to a file

            Passphrases and words are asked for, or read from standard input, a line each.

              -wallet=NAME   which wallet, if several are loaded
              --json         what the node answers, as JSON
            Other options are those of starling cli, which find the node: -regtest, -datadir=<dir>, -rpcport=<port>, ...
            """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    /** The keys of a new wallet are open so long while its words are fetched. */
    private static final long SECONDS_FOR_WORDS = 30;

    private final PrintStream out;
    private final PrintStream err;
    private final Prompt prompt;
    private final Settings settings = new Settings(Options.ofClient());
    private final Words words = new Words();
    private @Nullable RpcClient client;
    private @Nullable String wallet;
    private boolean json;

    WalletCommand(PrintStream out, PrintStream err, Prompt prompt) {
        this.out = out;
        this.err = err;
        this.prompt = prompt;
    }

    /** The words of the command line that are not options of the client. */
    private static final class Words {
        private final List<String> operands = new ArrayList<>();
        private final List<String> flags = new ArrayList<>();

        String next(String what) throws UsageException {
            if (operands.isEmpty()) {
                throw new UsageException("Say " + what + "; see starling wallet -help");
            }
            return operands.removeFirst();
        }

        String next(String what, String byDefault) throws UsageException {
            return operands.isEmpty() ? byDefault : next(what);
        }

        boolean flag(String name) {
            return flags.remove("--" + name);
        }

        @Nullable
        String value(String name) {
            for (String flag : flags) {
                if (flag.startsWith("--" + name + "=")) {
                    flags.remove(flag);
                    return flag.substring(name.length() + 3);
                }
            }
            return null;
        }

        void end() throws UsageException {
            if (!operands.isEmpty() || !flags.isEmpty()) {
                throw new UsageException("What is " + (flags.isEmpty() ? operands : flags).getFirst()
                        + " to mean here? See starling wallet -help");
            }
        }
    }

    /** Runs the command line and returns the exit status. */
    int run(List<String> arguments) {
        if (arguments.stream()
                .anyMatch(word -> List.of("-help", "--help", "-h", "-?").contains(word))) {
            out.print(USAGE);
            return 0;
        }
        try {
            sort(arguments);
            client = RpcClient.of(settings, "");
            act(words.next("what to do"));
            return 0;
        } catch (UsageException e) {
            err.println("error: " + e.getMessage());
            return 1;
        } catch (RpcException e) {
            err.println("error: " + advice(e));
            return Math.max(1, Math.abs(e.code()) & 0xff);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void sort(List<String> arguments) throws UsageException {
        List<String> options = new ArrayList<>();
        for (String word : arguments) {
            if (word.equals("--json")) {
                json = true;
            } else if (word.startsWith("-wallet=") || word.startsWith("--wallet=")) {
                wallet = word.substring(word.indexOf('=') + 1);
            } else if (word.startsWith("--")) {
                words.flags.add(word);
            } else if (word.startsWith("-") && word.length() > 1) {
                options.add(word);
            } else {
                words.operands.add(word);
            }
        }
        settings.addCommandLine(options);
        if (wallet == null) {
            wallet = settings.text("rpcwallet");
        }
    }

    private static String advice(RpcException e) {
        return switch (e.code()) {
            case RpcException.WALLET_UNLOCK_NEEDED ->
                "The wallet's keys are locked: enter the passphrase with \"starling wallet unlock\" first.";
            case RpcException.WALLET_NOT_SPECIFIED -> "Several wallets are loaded: say which with -wallet=NAME.";
            case RpcException.METHOD_NOT_FOUND -> "That node has no wallets (-disablewallet), or is older.";
            case RpcException.WALLET_NOT_FOUND ->
                e.text().startsWith("No wallet is loaded")
                        ? "No wallet is loaded: make one with \"starling wallet create NAME\", or open one with"
                                + " \"starling wallet load NAME\"."
                        : e.text();
            default -> e.text();
        };
    }

    private void act(String action) throws UsageException, InterruptedException {
        switch (action) {
            case "create" -> create();
            case "restore" -> restore();
            case "list" -> list();
            case "load" -> say(call("loadwallet", null, words.next("which wallet")), "Loaded.");
            case "unload" -> say(call("unloadwallet", null, words.next("which wallet")), "Closed.");
            case "words" -> showWords(ask("getwalletwords"));
            case "receive" -> receive();
            case "balance" -> balance();
            case "send" -> send();
            case "sweep" -> sweep();
            case "history" -> history();
            case "bump" -> bump();
            case "cancel" -> cancel();
            case "abandon" -> say(ask("abandontransaction", words.next("which payment")), "Given up.");
            case "coins" -> coins();
            case "freeze" -> say(lock(false), "That coin is kept out of payments now.");
            case "thaw" -> say(lock(true), "That coin may be spent again.");
            case "label" -> label();
            case "encrypt" ->
                say(ask("encryptwallet", newPassphrase()), "The keys are sealed and locked. Make a new backup.");
            case "passphrase" -> changePassphrase();
            case "unlock" -> unlock();
            case "lock" -> say(ask("walletlock"), "Locked.");
            case "rescan" -> rescan();
            case "backup" -> say(ask("backupwallet", words.next("which file")), "Copied.");
            default -> throw new UsageException("There is no action \"" + action + "\"; see starling wallet -help");
        }
    }

    // Calls

    private JsonNode call(String method, @Nullable String of, Object... arguments)
            throws UsageException, InterruptedException {
        words.end();
        ArrayNode given = Json.array();
        for (Object argument : arguments) {
            switch (argument) {
                case JsonNode node -> given.add(node);
                case String text -> given.add(text);
                case Long number -> given.add(number);
                case Boolean flag -> given.add(flag);
                default -> throw new IllegalArgumentException(argument.toString());
            }
        }
        RpcClient node = client;
        if (node == null) {
            throw new IllegalStateException("not connected");
        }
        return node.call(method, given, of);
    }

    private JsonNode ask(String method, Object... arguments) throws UsageException, InterruptedException {
        return call(method, wallet, arguments);
    }

    private void say(JsonNode answer, String text) {
        if (json) {
            out.println(Json.indented(answer, 2));
        } else {
            out.println(text);
        }
    }

    private String newPassphrase() throws UsageException {
        String first = prompt.secret("New passphrase:");
        if (first.isEmpty()) {
            throw new UsageException("An empty passphrase protects nothing");
        }
        if (prompt.isInteractive() && !prompt.secret("Once more:").equals(first)) {
            throw new UsageException("The two passphrases differ");
        }
        return first;
    }

    // Actions

    private void create() throws UsageException, InterruptedException {
        String name = words.next("a name for the wallet");
        String passphrase = words.flag("encrypt") ? newPassphrase() : "";
        JsonNode _ = call("createwallet", null, name, false, false, passphrase);
        if (!passphrase.isEmpty()) {
            JsonNode _ = call("walletpassphrase", name, passphrase, SECONDS_FOR_WORDS);
        }
        JsonNode shown = call("getwalletwords", name);
        if (!passphrase.isEmpty()) {
            JsonNode _ = call("walletlock", name);
        }
        showWords(shown);
    }

    private void showWords(JsonNode answer) {
        if (json) {
            out.println(Json.indented(answer, 2));
            return;
        }
        out.println("Write these words down, in their order, and keep the paper safe:\n");
        String[] list = answer.path("words").stringValue().split(" ", -1);
        for (int i = 0; i < list.length; i++) {
            out.printf(Locale.ROOT, "%4d %-10s%s", i + 1, list[i], i % 4 == 3 ? "\n" : "");
        }
        out.println("\nWith them alone the coins can be had back, by you or by whoever finds them.");
    }

    private void restore() throws UsageException, InterruptedException {
        String name = words.next("a name for the wallet");
        boolean encrypt = words.flag("encrypt");
        String sentence = prompt.line("The words, a space between them:");
        String passphrase = encrypt ? newPassphrase() : "";
        if (!json) {
            out.println("Looking for its coins in the blocks...");
        }
        JsonNode answer = call("createwalletfromwords", null, name, sentence, "", passphrase);
        JsonNode balances = call("getbalances", name);
        say(answer, "Restored. It holds " + amount(balances.path("mine").path("trusted")) + " BTC.");
    }

    private void list() throws UsageException, InterruptedException {
        JsonNode loaded = call("listwallets", null);
        JsonNode all = call("listwalletdir", null);
        if (json) {
            ObjectNode both = Json.object();
            both.set("loaded", loaded);
            both.set("wallets", all.path("wallets"));
            out.println(Json.indented(both, 2));
            return;
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : loaded) {
            names.add(name.stringValue());
            JsonNode mine = call("getbalances", name.stringValue()).path("mine");
            out.println(shown(name.stringValue()) + "  " + amount(mine.path("trusted")) + " BTC");
        }
        for (JsonNode entry : all.path("wallets")) {
            if (!names.contains(entry.path("name").stringValue())) {
                out.println(shown(entry.path("name").stringValue()) + "  not loaded");
            }
        }
        if (names.isEmpty() && all.path("wallets").isEmpty()) {
            out.println("No wallet yet: make one with \"starling wallet create NAME\".");
        }
    }

    private static String shown(String name) {
        return name.isEmpty() ? "(without a name)" : name;
    }

    private static String amount(JsonNode bitcoins) {
        return new BigDecimal(bitcoins.asString("0")).setScale(8).toPlainString();
    }

    private void receive() throws UsageException, InterruptedException {
        JsonNode address = ask("getnewaddress", words.next("a label", ""), "usual");
        say(address, address.asString(""));
    }

    private void balance() throws UsageException, InterruptedException {
        JsonNode balances = ask("getbalances");
        JsonNode mine = balances.path("mine");
        StringBuilder text = new StringBuilder(amount(mine.path("trusted")) + " BTC can be spent");
        add(text, mine.path("untrusted_pending"), " BTC is on its way, in no block yet");
        add(text, mine.path("immature"), " BTC is newly mined and can be spent after 100 blocks");
        add(text, mine.path("used"), " BTC is kept apart, on addresses that were spent from");
        say(balances, text.toString());
    }

    private static void add(StringBuilder text, JsonNode bitcoins, String what) {
        if (!bitcoins.isMissingNode() && new BigDecimal(bitcoins.asString("0")).signum() > 0) {
            text.append('\n').append(amount(bitcoins)).append(what);
        }
    }

    private void confirm(String question) throws UsageException {
        boolean sure = words.flag("yes");
        if (!sure
                && prompt.isInteractive()
                && !prompt.line(question + " (yes/no)").equals("yes")) {
            throw new UsageException("Nothing was sent");
        }
    }

    private void send() throws UsageException, InterruptedException {
        String address = words.next("an address");
        String sum = words.next("an amount in BTC");
        String rate = words.value("fee");
        String target = words.value("target");
        String comment = words.value("comment");
        boolean subtract = words.flag("subtract");
        confirm("Send " + sum + " BTC to " + address + "?");
        JsonNode nothing = Json.nothing();
        JsonNode sent = ask(
                "sendtoaddress",
                address,
                sum,
                comment == null ? "" : comment,
                "",
                subtract,
                nothing,
                target == null ? nothing : Json.number(number(target, "--target")),
                "unset",
                nothing,
                rate == null ? nothing : Json.text(rate));
        report(sent.asString(""));
    }

    private static long number(String text, String what) throws UsageException {
        if (!text.matches("[0-9]{1,9}")) {
            throw new UsageException(what + " is a whole number, not " + text);
        }
        return Long.parseLong(text);
    }

    private void report(String txid) throws UsageException, InterruptedException {
        JsonNode transaction = ask("gettransaction", txid);
        say(
                transaction,
                "Sent: " + txid + "\nIt costs "
                        + amount(transaction.path("fee")).replace("-", "") + " BTC in fees.");
    }

    private void sweep() throws UsageException, InterruptedException {
        String address = words.next("an address");
        String rate = words.value("fee");
        confirm("Send everything to " + address + "?");
        JsonNode nothing = Json.nothing();
        JsonNode sent =
                ask("sendall", Json.array().add(address), nothing, "unset", rate == null ? nothing : Json.text(rate));
        report(sent.path("txid").asString(""));
    }

    private void history() throws UsageException, InterruptedException {
        long count = number(words.next("how many", "20"), "COUNT");
        JsonNode list = ask("listtransactions", "*", count);
        if (json) {
            out.println(Json.indented(list, 2));
            return;
        }
        if (list.isEmpty()) {
            out.println("Nothing yet.");
        }
        for (JsonNode entry : list) {
            int depth = entry.path("confirmations").asInt(0);
            String state = entry.path("abandoned").asBoolean(false)
                    ? "given up"
                    : depth < 0 ? "conflicts with a block" : depth == 0 ? "in no block yet" : depth + " confirmations";
            out.printf(
                    Locale.ROOT,
                    "%s  %16s BTC  %-22s  %s%s%n",
                    TIME.format(Instant.ofEpochSecond(entry.path("time").asLong(0))),
                    amount(entry.path("amount")),
                    state,
                    entry.path("txid").asString(""),
                    entry.path("label").asString("").isEmpty()
                            ? ""
                            : "  " + entry.path("label").asString(""));
        }
    }

    private void bump() throws UsageException, InterruptedException {
        String txid = words.next("which payment");
        String rate = words.value("fee");
        ObjectNode options = Json.object();
        if (rate != null) {
            options.put("fee_rate", rate);
        }
        JsonNode answer = ask("bumpfee", txid, options);
        say(
                answer,
                "Replaced by " + answer.path("txid").asString("") + "\nIt costs " + amount(answer.path("fee"))
                        + " BTC in fees, before " + amount(answer.path("origfee")) + ".");
    }

    // Pays the wallet itself instead: what the payment sent elsewhere is its change then.
    private void cancel() throws UsageException, InterruptedException {
        String txid = words.next("which payment");
        JsonNode transaction = ask("gettransaction", txid);
        BigDecimal sent = BigDecimal.ZERO;
        for (JsonNode detail : transaction.path("details")) {
            if (detail.path("category").asString("").equals("send")) {
                sent = sent.add(new BigDecimal(detail.path("amount").asString("0")).abs());
            }
        }
        if (sent.signum() == 0) {
            throw new UsageException(txid + " pays nobody but this wallet");
        }
        ObjectNode back = Json.object().put(ask("getrawchangeaddress").asString(""), sent.toPlainString());
        ObjectNode options = Json.object();
        options.set("outputs", Json.array().add(back));
        JsonNode answer = ask("bumpfee", txid, options);
        say(
                answer,
                "Replaced by " + answer.path("txid").asString("")
                        + ", which pays yourself. Until it is in a block, the old payment may still win.");
    }

    private void coins() throws UsageException, InterruptedException {
        JsonNode list = ask("listunspent", 0L);
        if (json) {
            out.println(Json.indented(list, 2));
            return;
        }
        for (JsonNode coin : list) {
            out.printf(
                    Locale.ROOT,
                    "%16s BTC  %6d confirmations  %s:%d  %s%n",
                    amount(coin.path("amount")),
                    coin.path("confirmations").asInt(0),
                    coin.path("txid").asString(""),
                    coin.path("vout").asInt(0),
                    coin.path("label").asString(""));
        }
        JsonNode frozen = ask("listlockunspent");
        for (JsonNode coin : frozen) {
            out.println("kept out of payments: " + coin.path("txid").asString("") + ":"
                    + coin.path("vout").asInt(0));
        }
    }

    private JsonNode lock(boolean unlock) throws UsageException, InterruptedException {
        String coin = words.next("which coin, as TXID:N");
        if (!coin.matches("[0-9a-f]{64}:[0-9]{1,9}")) {
            throw new UsageException("A coin is TXID:N, not " + coin);
        }
        ObjectNode named =
                Json.object().put("txid", coin.substring(0, 64)).put("vout", Integer.parseInt(coin.substring(65)));
        return ask("lockunspent", unlock, Json.array().add(named), !unlock);
    }

    private void label() throws UsageException, InterruptedException {
        String address = words.next("an address");
        String text = words.next("what it is called");
        say(ask("setlabel", address, text), address + " is called \"" + text + "\" now.");
    }

    private void changePassphrase() throws UsageException, InterruptedException {
        String old = prompt.secret("Old passphrase:");
        say(ask("walletpassphrasechange", old, newPassphrase()), "Changed.");
    }

    private void unlock() throws UsageException, InterruptedException {
        long seconds = number(words.next("for how many seconds", "60"), "SECONDS");
        say(ask("walletpassphrase", prompt.secret("Passphrase:"), seconds), "Open for " + seconds + " seconds.");
    }

    private void rescan() throws UsageException, InterruptedException {
        long from = number(words.next("from which block", "0"), "HEIGHT");
        JsonNode answer = ask("rescanblockchain", from);
        say(
                answer,
                "Looked at blocks " + from + " to " + answer.path("stop_height").asInt(0) + ".");
    }
}
