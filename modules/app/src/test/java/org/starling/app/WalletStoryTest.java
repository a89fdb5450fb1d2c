package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.api.rpc.Json;
import tools.jackson.databind.JsonNode;

/** A wallet's life as its owner has it: two nodes as processes, and the command line. */
@Timeout(240)
class WalletStoryTest {
    private static final List<String> NOTHING = List.of();
    private static final String STRANGER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    @TempDir
    Path folder;

    private NodeProcess here;
    private NodeProcess there;

    @BeforeEach
    void start() throws Exception {
        here = node("here");
        there = node("there");
        assertThat(there.ask("getblockcount").status()).as("is up").isZero();
        assertThat(here.ask("addnode", "127.0.0.1:" + there.p2pPort(), "onetry").status())
                .isZero();
        await(() -> here.ask("getconnectioncount").out().equals("1"), "the nodes meet");
    }

    private NodeProcess node(String name) throws Exception {
        NodeProcess node = new NodeProcess(Files.createDirectory(folder.resolve(name)));
        node.start("-keypool=30", "-fallbackfee=0.0001", "-web=0", "-printtoconsole=0", "-listen=1", "-v2transport=1");
        return node;
    }

    @AfterEach
    void kill() {
        here.close();
        there.close();
    }

    private interface Question {
        boolean isTrue();
    }

    private static void await(Question question, String what) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!question.isTrue()) {
            assertThat(System.nanoTime()).as("in time: " + what).isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static String said(NodeProcess.Answer answer) {
        assertThat(answer.err()).isEmpty();
        assertThat(answer.status()).isZero();
        return answer.out();
    }

    private static BigDecimal spendable(NodeProcess node, String wallet) {
        JsonNode balances = parse(said(node.wallet(NOTHING, "-wallet=" + wallet, "balance", "--json")));
        return new BigDecimal(balances.path("mine").path("trusted").asString());
    }

    private static BigDecimal pending(NodeProcess node, String wallet) {
        JsonNode balances = parse(said(node.wallet(NOTHING, "-wallet=" + wallet, "balance", "--json")));
        return new BigDecimal(balances.path("mine").path("untrusted_pending").asString());
    }

    private static JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String words(String shown) {
        Matcher matcher = Pattern.compile("\\d+ ([a-z]+)").matcher(shown);
        return matcher.results().map(found -> found.group(1)).collect(Collectors.joining(" "));
    }

    private void mine(NodeProcess node, int blocks) throws InterruptedException {
        assertThat(node.ask("generatetoaddress", "" + blocks, STRANGER).status())
                .isZero();
        String tip = node.ask("getbestblockhash").out();
        NodeProcess other = node == here ? there : here;
        await(() -> other.ask("getbestblockhash").out().equals(tip), "the block gets there");
    }

    private static String firstTxid(String text) {
        Matcher matcher = Pattern.compile("[0-9a-f]{64}").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    @Test
    void fromSeedWordsToConfirmedPaymentsAndBack() throws Exception {
        // Create, and be paid.
        String words = words(said(here.wallet(NOTHING, "create", "alice")));
        assertThat(words.split(" ", -1)).hasSize(12);
        String _ = said(there.wallet(NOTHING, "create", "bob"));
        String address = said(here.wallet(NOTHING, "receive", "mining"));
        assertThat(address).as("Taproot by default").startsWith("bcrt1p");
        assertThat(here.ask("generatetoaddress", "1", address).status()).isZero();
        mine(here, 100);
        assertThat(spendable(here, "alice")).isEqualByComparingTo("50");

        // Send: the other side sees it before it confirms, and counts it after.
        String toBob = said(there.wallet(NOTHING, "receive", "from alice"));
        String first = firstTxid(said(here.wallet(NOTHING, "send", toBob, "1.5", "--fee=2")));
        await(() -> pending(there, "bob").compareTo(new BigDecimal("1.5")) == 0, "the payment gets there");
        assertThat(said(there.wallet(NOTHING, "history"))).contains("in no block yet", "1.50000000", "from alice");

        // Pay more for it, and have the replacement confirm.
        String bumped = firstTxid(said(here.wallet(NOTHING, "bump", first, "--fee=20")));
        assertThat(bumped).isNotEqualTo(first);
        await(() -> there.ask("getrawmempool").out().contains(bumped), "the replacement gets there");
        mine(there, 1);
        assertThat(spendable(there, "bob")).isEqualByComparingTo("1.5");
        assertThat(here.ask("gettransaction", first).out()).contains("\"confirmations\": -1", bumped);

        // Take one back before it confirms.
        BigDecimal before = spendable(here, "alice");
        String regretted = firstTxid(said(here.wallet(NOTHING, "send", toBob, "7", "--fee=2")));
        String cancelled = said(here.wallet(NOTHING, "cancel", regretted));
        assertThat(cancelled).contains("pays yourself");
        mine(here, 1);
        assertThat(spendable(there, "bob")).isEqualByComparingTo("1.5");
        assertThat(before.subtract(spendable(here, "alice")))
                .as("only the fee is gone")
                .isBetween(new BigDecimal("0.000001"), new BigDecimal("0.0001"));

        // A reorganisation takes the payment out of its block and puts it into another.
        String block = here.ask("getblockhash", "102").out();
        assertThat(here.ask("invalidateblock", block).status()).isZero();
        assertThat(here.ask("gettransaction", bumped).out()).contains("\"confirmations\": 0");
        assertThat(here.ask("generatetoaddress", "3", STRANGER).status()).isZero();
        assertThat(here.ask("gettransaction", bumped).out()).contains("\"confirmations\": 3");
        await(() -> there.ask("getblockcount").out().equals("104"), "the other branch gets there");
        assertThat(there.ask("gettransaction", bumped).out()).contains("\"confirmations\": 3");

        // What the reorganisation put out for a while is offered again soon.
        assertThat(here.ask("mockscheduler", "600").status()).isZero();

        // Restore from the words on the other node.
        String restored = said(there.wallet(List.of(words), "restore", "alice again"));
        assertThat(restored).contains(spendable(here, "alice").toPlainString());

        mine(here, 1);

        // The same coin spent on both sides of a cut: the block decides, and both wallets see it.
        for (NodeProcess node : List.of(here, there)) {
            assertThat(node.ask("setnetworkactive", "false").status()).isZero();
        }
        String one = firstTxid(said(here.wallet(NOTHING, "send", STRANGER, "40", "--fee=3")));
        String other = firstTxid(said(there.wallet(NOTHING, "-wallet=alice again", "send", STRANGER, "41", "--fee=3")));
        assertThat(there.ask("generatetoaddress", "1", STRANGER).status()).isZero();
        for (NodeProcess node : List.of(here, there)) {
            assertThat(node.ask("setnetworkactive", "true").status()).isZero();
        }
        assertThat(here.ask("addnode", "127.0.0.1:" + there.p2pPort(), "onetry").status())
                .isZero();
        await(() -> here.ask("getblockcount").out().equals("106"), "the block gets there");
        assertThat(here.ask("gettransaction", one).out()).contains("\"confirmations\": -1");
        assertThat(here.ask("gettransaction", other).out()).contains("\"confirmations\": 1");
        assertThat(spendable(here, "alice")).isEqualByComparingTo(spendable(there, "alice again"));

        // Sweep what is left.
        assertThat(said(here.wallet(NOTHING, "sweep", toBob, "--fee=2"))).contains("Sent:");
        mine(here, 1);
        assertThat(spendable(here, "alice")).isEqualByComparingTo("0");
        JsonNode gone = parse(said(here.wallet(NOTHING, "-wallet=alice", "history", "1", "--json")))
                .get(0);
        assertThat(spendable(there, "bob").subtract(new BigDecimal("1.5")))
                .as("what was left, and nothing else")
                .isEqualByComparingTo(new BigDecimal(gone.path("amount").asString()).negate());
    }

    /** Two of three people, each with a wallet of their own that knows the keys of the others, spend together. */
    @Test
    void threeWalletsHoldCoinsTogether() throws Exception {
        List<String> names = List.of("ann", "ben", "cleo");
        StringBuilder keys = new StringBuilder();
        List<String> secrets = new ArrayList<>();
        for (String name : names) {
            assertThat(here.ask("createwallet", name).status()).isZero();
            keys.append(',').append(key(here, name, false));
            secrets.add(key(here, name, true));
        }
        for (int i = 0; i < names.size(); i++) {
            String open = "wsh(sortedmulti(2" + keys + "))";
            String own = open.replace(key(here, names.get(i), false), secrets.get(i));
            String checked = parse(here.ask("getdescriptorinfo", own).out())
                    .path("checksum")
                    .asString();
            assertThat(here.ask("-named", "createwallet", "wallet_name=joint " + names.get(i), "blank=true")
                            .status())
                    .isZero();
            NodeProcess.Answer imported = here.ask(
                    "-rpcwallet=joint " + names.get(i),
                    "importdescriptors",
                    "[{\"desc\":\"" + own + "#" + checked
                            + "\",\"timestamp\":\"now\",\"active\":true,\"range\":[0,20]}]");
            assertThat(imported.out()).contains("\"success\": true");
        }
        String address =
                here.ask("-rpcwallet=joint ann", "getnewaddress", "", "bech32").out();
        assertThat(here.ask("generatetoaddress", "101", address).status()).isZero();
        assertThat(here.ask("-rpcwallet=joint cleo", "getbalance").out()).isEqualTo("50.00000000");

        String change =
                here.ask("-rpcwallet=joint ann", "getnewaddress", "", "bech32").out();
        NodeProcess.Answer funded = here.ask(
                "-rpcwallet=joint ann",
                "walletcreatefundedpsbt",
                "[]",
                "[{\"" + STRANGER + "\":20}]",
                "0",
                "{\"fee_rate\":5,\"changeAddress\":\"" + change + "\"}");
        String psbt = parse(said(funded)).path("psbt").asString();
        List<String> signed = new ArrayList<>();
        for (String name : List.of("ben", "cleo")) {
            JsonNode one = parse(said(here.ask("-rpcwallet=joint " + name, "walletprocesspsbt", psbt)));
            assertThat(one.path("complete").asBoolean()).as("one signature").isFalse();
            signed.add(one.path("psbt").asString());
        }
        String both = here.ask("combinepsbt", "[\"" + String.join("\",\"", signed) + "\"]")
                .out();
        JsonNode whole = parse(said(here.ask("finalizepsbt", both)));
        assertThat(whole.path("complete").asBoolean()).isTrue();
        String txid = said(here.ask("sendrawtransaction", whole.path("hex").asString()));
        assertThat(here.ask("generatetoaddress", "1", STRANGER).status()).isZero();

        JsonNode seen = parse(said(here.ask("-rpcwallet=joint ann", "gettransaction", txid)));
        assertThat(seen.path("confirmations").asInt()).isEqualTo(1);
        assertThat(seen.path("amount").asString()).isEqualTo("-20.00000000");
        assertThat(new BigDecimal(seen.path("fee").asString())).isNegative();
        NodeProcess.Answer corrupt = here.ask("-rpcwallet=joint ann", "walletprocesspsbt", psbt.substring(8));
        assertThat(corrupt.err()).contains("error code: -22");
    }

    /** The account key of a wallet, with its origin, as it stands in the descriptor of its receiving addresses. */
    private static String key(NodeProcess node, String wallet, boolean secret) {
        JsonNode list = parse(said(node.ask("-rpcwallet=" + wallet, "listdescriptors", "" + secret)));
        for (JsonNode entry : list.path("descriptors")) {
            String text = entry.path("desc").asString();
            if (text.startsWith("wpkh(") && !entry.path("internal").asBoolean()) {
                return text.substring(5, text.indexOf(')'));
            }
        }
        throw new AssertionError("no descriptor of its own in " + list);
    }

    @Test
    void provesToHaveTheKeysOfAnAddress() {
        assertThat(here.ask("createwallet", "w").status()).isZero();
        for (String type : List.of("legacy", "p2sh-segwit", "bech32", "bech32m")) {
            String address = said(here.ask("getnewaddress", "", type));
            String signature = said(here.ask("signmessage", address, "I was here"));
            for (String text : List.of("I was here", "I was there")) {
                JsonNode verdict = parse(said(there.ask("verifysignedmessage", address, signature, text)));
                assertThat(verdict.path("state").asString())
                        .as("%s, %s", type, text)
                        .isEqualTo(text.equals("I was here") ? "valid" : "invalid");
            }
        }
        assertThat(here.ask("signmessage", STRANGER, "mine").err())
                .contains("error code: -5", "Private key not available");
    }

    @Test
    void saysWhatIsWrongInWordsAndWithTheCodesOfTheStandardTools() throws Exception {
        assertThat(here.wallet(NOTHING, "balance").err()).contains("No wallet is loaded: make one with");
        String _ = said(here.wallet(List.of("secret"), "create", "safe", "--encrypt"));
        assertThat(here.ask("generatetoaddress", "101", said(here.wallet(NOTHING, "receive")))
                        .status())
                .isZero();

        assertThat(here.wallet(NOTHING, "send", STRANGER, "1").err()).contains("starling wallet unlock");
        assertThat(here.ask("sendtoaddress", STRANGER, "1").err()).contains("error code: -13");
        assertThat(here.wallet(List.of("wrong"), "unlock").err()).contains("incorrect");
        String _ = said(here.wallet(List.of("secret"), "unlock", "100"));

        assertThat(here.ask("sendtoaddress", STRANGER, "0.123456789").err())
                .contains("error code: -3", "Invalid amount");
        assertThat(here.ask("sendtoaddress", STRANGER, "0.00000100").err())
                .contains("error code: -6", "Transaction amount too small");
        assertThat(here.ask("sendtoaddress", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1")
                        .err())
                .contains("error code: -5", "Invalid Bitcoin address");
        assertThat(here.ask("sendtoaddress", STRANGER, "60").err()).contains("error code: -6", "Insufficient funds");
        assertThat(here.ask("-named", "sendtoaddress", "address=" + STRANGER, "amount=1", "fee_rate=9000000")
                        .err())
                .contains("error code: -6", "Fee exceeds maximum");
        assertThat(here.wallet(NOTHING, "send", STRANGER, "1", "--fast").err()).contains("What is --fast");
        String mistyped = "abandon ".repeat(11) + "abouut";
        assertThat(here.wallet(List.of(mistyped), "restore", "other").err())
                .contains("Word 12, \"abouut\", is not in the list of BIP-0039; \"about\" is");
    }
}
