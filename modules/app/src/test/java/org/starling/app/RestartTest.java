package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.params.RegTestParams;
import org.bitcoinj.store.MemoryBlockStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Nodes as processes and bitcoinj over loopback: one node is killed, and comes back knowing no peer but those it wrote down. */
@Timeout(180)
class RestartTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Anyone can spend what is paid here: the P2WSH address of the script OP_TRUE. */
    private static final String ANYONE = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85";

    private static final String TRUE_SCRIPT = "51";

    @TempDir
    private Path directory;

    private NodeProcess first;
    private NodeProcess second;
    private PeerGroup peers;

    @AfterEach
    void endAll() {
        if (peers != null) {
            peers.stop();
        }
        first.close();
        second.close();
    }

    private NodeProcess node(String name) throws Exception {
        return new NodeProcess(Files.createDirectories(directory.resolve(name)));
    }

    private static String ok(NodeProcess node, String... words) {
        NodeProcess.Answer answer = node.ask(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    /** Transport and kind of each link, {@code v2 inbound} say, by the name of who is at its other end. */
    private static Map<String, String> links(NodeProcess node) {
        Map<String, String> links = new TreeMap<>();
        for (JsonNode peer : JSON.readTree(ok(node, "getpeerinfo"))) {
            String agent = peer.get("subver").asString();
            if (!agent.isEmpty()) {
                links.put(
                        agent.replaceAll("^/([A-Za-z]+).*?(\\((.*)\\))?/.*$", "$1 $3")
                                .strip(),
                        peer.get("transport_protocol_type").asString() + " "
                                + peer.get("connection_type").asString());
            }
        }
        return links;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("still waiting: " + what).isBefore(end);
            Thread.sleep(50);
        }
    }

    private static void awaitTip(NodeProcess node, String tip) throws InterruptedException {
        await("the block " + tip, () -> ok(node, "getbestblockhash").equals(tip));
    }

    /** The second node's file of addresses in hexadecimal, in which a host's port follows its address. */
    private String addressesOnDisk() {
        try {
            Path file = directory.resolve("second/regtest/peers.dat");
            return Files.exists(file) ? HexFormat.of().formatHex(Files.readAllBytes(file)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a transaction that spends the coinbase of that height, and gives its txid. */
    private static String pay(NodeProcess node, int height) {
        JsonNode block = JSON.readTree(ok(node, "getblock", ok(node, "getblockhash", "" + height)));
        String unsigned = ok(
                node,
                "createrawtransaction",
                "[{\"txid\":\"" + block.get("tx").get(0).asString() + "\",\"vout\":0}]",
                "{\"" + ANYONE + "\":49.999}");
        // In place of the marker's absence: marker and flag, and before the lock time the one element of the witness.
        String raw = unsigned.substring(0, 8) + "0001" + unsigned.substring(8, unsigned.length() - 8) + "0101"
                + TRUE_SCRIPT + unsigned.substring(unsigned.length() - 8);
        return ok(node, "sendrawtransaction", raw);
    }

    @Test
    void aKilledNodeFindsItsWayBackByItsAddressBookAlone() throws Exception {
        first = node("first");
        second = node("second");
        // The first opens no links, so that it is the second that finds it.
        first.start("-routableloopback", "-uacomment=first", "-connect=0");
        second.start("-routableloopback", "-uacomment=second", "-addnode=127.0.0.1:" + first.p2pPort());
        ok(first, "generatetoaddress", "102", ANYONE);
        awaitTip(second, ok(first, "getbestblockhash"));
        assertThat(links(first)).containsEntry("Starling second", "v2 inbound");
        assertThat(links(second)).containsEntry("Starling first", "v2 manual");

        Context.propagate(new Context());
        BlockChain chain = new BlockChain(
                BitcoinNetwork.REGTEST, new MemoryBlockStore(RegTestParams.get().getGenesisBlock()));
        peers = new PeerGroup(BitcoinNetwork.REGTEST, chain);
        peers.addAddress(PeerAddress.simple(InetAddress.getLoopbackAddress(), second.p2pPort()));
        peers.setMaxConnections(1);
        peers.start();
        peers.downloadBlockChain();
        assertThat(chain.getBestChainHeight()).isEqualTo(102);
        assertThat(links(second)).containsEntry("bitcoinj", "v1 inbound");

        String before = pay(first, 1);
        await("the payment to arrive", () -> ok(second, "getrawmempool").contains(before));
        await(
                "the other's address in the book",
                () -> ok(second, "getnodeaddresses", "0").contains("\"port\": " + first.p2pPort()));
        await("it to be written down", () -> addressesOnDisk().contains("7f000001%04x".formatted(first.p2pPort())));
        second.close();
        await("the link to break", () -> links(first).isEmpty());

        second.start("-routableloopback", "-uacomment=again");
        await(
                "the link to be there again",
                () -> links(second).getOrDefault("Starling first", "").equals("v2 outbound-full-relay"));
        assertThat(links(first)).containsEntry("Starling again", "v2 inbound");
        String after = pay(first, 2);
        await("the next payment to arrive", () -> ok(second, "getrawmempool").contains(after));

        ok(first, "generatetoaddress", "1", ANYONE);
        String tip = ok(first, "getbestblockhash");
        awaitTip(second, tip);
        assertThat(JSON.readTree(ok(second, "getblock", tip)).get("tx").values())
                .extracting(JsonNode::asString)
                .contains(before, after);
        assertThat(ok(second, "getrawmempool").replaceAll("\\s", "")).isEqualTo("[]");
        await(
                "bitcoinj to be back and see it",
                () -> chain.getChainHead().getHeader().getHash().toString().equals(tip));
        assertThat(links(second)).containsEntry("bitcoinj", "v1 inbound");
    }
}
