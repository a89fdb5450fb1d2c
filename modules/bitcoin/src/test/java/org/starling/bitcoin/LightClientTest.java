package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.CFilter;
import org.starling.bitcoin.message.FilterAdd;
import org.starling.bitcoin.message.FilterClear;
import org.starling.bitcoin.message.FilterLoad;
import org.starling.bitcoin.message.GetCFCheckpoint;
import org.starling.bitcoin.message.GetCFHeaders;
import org.starling.bitcoin.message.GetCFilters;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Mempool;
import org.starling.bitcoin.message.MerkleBlock;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;

/** What light clients get: filters of blocks (BIP-0157), and blocks and transactions through theirs (BIP-0037). */
class LightClientTest {
    private static final PeerSettings PLAIN = PeerSettings.of(TestNode.REGTEST, "/Starling:0.1.0/");
    private static final long SECONDS = TestNode.START / 1000;

    private final TestNode node =
            new TestNode(PLAIN.withServices(PLAIN.services() | Services.COMPACT_FILTERS | Services.BLOOM));
    private final List<Block> chain = TestNode.chainOn(TestNode.genesis(), 2100, SECONDS, 1);

    private static TestNode.Remote client(TestNode node, int host, boolean relay) {
        TestNode.Remote client = node.inbound(host);
        client.send(new Version(70016, 0, SECONDS, NetAddress.of(TestNode.US), 99, "/light/", 0, relay));
        client.send(new Verack());
        client.take(Message.class);
        return client;
    }

    private Hash256 hash(int height) {
        return chain.get(height - 1).hash();
    }

    @Test
    void filtersComeInTheOrderOfTheBlocks() {
        node.have(chain);
        TestNode.Remote client = client(node, 1, false);

        client.send(new GetCFilters(0, 5, hash(1004)));

        List<CFilter> filters = client.take(CFilter.class);
        assertThat(filters).hasSize(1000);
        assertThat(filters.getFirst().block()).isEqualTo(hash(5));
        assertThat(filters.getLast().block()).isEqualTo(hash(1004));
        assertThat(node.filterQueries).as("read in parts").hasSize(50);
        assertThat(client.closed).isFalse();
    }

    @Test
    void whoAsksForTooMuchOrForWhatThereIsNotIsDropped() {
        node.have(chain);
        refused(new GetCFilters(0, 5, hash(1005)), "too many cfilters/cfheaders: 1001 / 1000");
        refused(new GetCFHeaders(0, 5, hash(2005)), "too many cfilters/cfheaders: 2001 / 2000");
        refused(new GetCFilters(0, 9, hash(8)), "with start height 9 and stop height 8");
        refused(new GetCFilters(0, 0xffffffffL, hash(8)), "with start height 4294967295 and stop height 8");
        refused(new GetCFilters(255, 1, hash(8)), "unsupported block filter type: 255");
        refused(new GetCFCheckpoint(0, Hash256.ZERO), "invalid block hash");
        assertThat(node.filterQueries).isEmpty();
    }

    private void refused(Message request, String reason) {
        TestNode.Remote client = client(node, 1, false);
        client.send(request);
        assertThat(client.closed).as(reason).isTrue();
        assertThat(node.logged(reason)).as(reason).isTrue();
    }

    @Test
    void whoAsksForWhatIsNotOfferedIsDropped() {
        TestNode bare = new TestNode();
        List<Message> requests = List.of(
                new GetCFilters(0, 0, TestNode.genesis().hash()),
                new FilterLoad(Bytes.fromHex("00"), 1, 0, 0),
                new FilterAdd(Bytes.fromHex("00")),
                new FilterClear());
        for (Message request : requests) {
            TestNode.Remote client = client(bare, 1, false);
            client.send(request);
            assertThat(client.closed).as(request.type()).isTrue();
        }
        bare.permissions.add(Permission.BLOOMFILTER);
        TestNode.Remote trusted = client(bare, 1, false);
        trusted.send(new FilterLoad(Bytes.fromHex("00"), 1, 0, 0));
        assertThat(trusted.closed).isFalse();
    }

    /** Sets a filter that holds the element and hardly anything else. */
    private static void filter(TestNode.Remote client, Bytes element) {
        client.send(new FilterLoad(Bytes.wrap(new byte[500]), 10, 0, 0));
        client.send(new FilterAdd(element));
    }

    @Test
    void onlyWhatPassesTheFilterIsAnnounced() {
        Transaction wanted = TestNode.spend(Hash256.ZERO, 1);
        Transaction other = TestNode.spend(hash(1), 2);
        TestNode.Remote client = client(node, 1, false);
        node.pooled(other);
        client.send(new Mempool());
        node.pass(20_000);
        assertThat(client.take(Inv.class)).as("it wanted no transactions yet").isEmpty();

        filter(client, wanted.txid().toBytes());
        node.pooled(wanted);
        node.pass(60_000);
        assertThat(client.take(Inv.class))
                .containsExactly(new Inv(List.of(new InventoryItem(InventoryItem.TX, wanted.txid()))));

        TestNode.Remote second = client(node, 2, false);
        filter(second, other.txid().toBytes());
        second.send(new Mempool());
        node.pass(1_000);
        assertThat(second.take(Inv.class))
                .containsExactly(new Inv(List.of(new InventoryItem(InventoryItem.TX, other.txid()))));

        client.send(new FilterClear());
        Transaction third = TestNode.spend(hash(3), 3);
        node.pooled(third);
        node.pass(60_000);
        assertThat(client.take(Inv.class)).hasSize(1);
    }

    @Test
    void aFilteredBlockProvesItsTransactions() {
        Transaction wanted = TestNode.spend(Hash256.ZERO, 1);
        Transaction other = TestNode.spend(hash(1), 2);
        Block block = TestNode.mine(TestNode.genesis(), TestNode.genesis().hash(), SECONDS, 3, other, wanted);
        node.have(List.of(block));
        TestNode.Remote client = client(node, 1, false);
        GetData request = new GetData(List.of(new InventoryItem(InventoryItem.FILTERED_BLOCK, block.hash())));
        client.send(request);
        assertThat(client.types()).as("without a filter").isEmpty();

        filter(client, wanted.txid().toBytes());
        client.send(request);

        List<Message> answers = client.take(Message.class);
        assertThat(answers).hasSize(2);
        MerkleBlock proof = (MerkleBlock) answers.getFirst();
        assertThat(proof.header()).isEqualTo(block.header());
        assertThat(proof.proved()).containsExactly(wanted.txid());
        assertThat(((TxMessage) answers.getLast()).transaction().txid()).isEqualTo(wanted.txid());
    }

    @Test
    void filtersThatBreakTheRulesAreMisbehaviour() {
        List<Message> bad = List.of(
                new FilterLoad(Bytes.wrap(new byte[36_001]), 1, 0, 0),
                new FilterLoad(Bytes.fromHex("00"), 51, 0, 0),
                new FilterAdd(Bytes.fromHex("00")));
        int host = 10;
        for (Message message : bad) {
            TestNode.Remote client = client(node, host++, false);
            client.send(message);
            assertThat(client.closed).as(message.type()).isTrue();
        }
        TestNode.Remote client = client(node, 2, false);
        client.send(new FilterLoad(Bytes.fromHex("00"), 1, 0, 0));
        client.send(new FilterAdd(Bytes.wrap(new byte[521])));
        assertThat(client.closed).isTrue();
    }
}
