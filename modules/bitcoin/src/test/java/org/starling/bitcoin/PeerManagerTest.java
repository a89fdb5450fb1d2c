package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.Addr;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.GetAddr;
import org.starling.bitcoin.message.GetBlocks;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Mempool;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.NotFound;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.SendHeaders;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.engine.LinkKind;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;

class PeerManagerTest {
    private static final long SERVICES = Services.NETWORK | Services.WITNESS;
    private static final long SECONDS = TestNode.START / 1000;

    private final TestNode node = new TestNode();

    private static Version version(long nonce, long services, int number) {
        return new Version(number, services, SECONDS, NetAddress.of(TestNode.US), nonce, "/test:1/", 0, true);
    }

    private static void shakeHands(TestNode.Remote peer) {
        peer.send(version(99, SERVICES, 70016));
        peer.send(new WtxidRelay());
        peer.send(new SendAddrV2());
        peer.send(new Verack());
    }

    private TestNode.Remote outbound(int host) {
        TestNode.Remote peer = node.outbound(host, LinkKind.OUTBOUND_FULL_RELAY);
        shakeHands(peer);
        return peer;
    }

    private TestNode.Remote inbound(int host) {
        TestNode.Remote peer = node.inbound(host);
        shakeHands(peer);
        return peer;
    }

    private static Headers headers(List<Block> blocks) {
        return new Headers(blocks.stream().map(Block::header).toList());
    }

    private static List<Hash256> hashes(GetData request) {
        return request.items().stream().map(InventoryItem::hash).toList();
    }

    // ---- handshake

    @Test
    void inboundSpeaksFirst() {
        TestNode.Remote peer = node.inbound(1);
        assertThat(peer.types()).isEmpty();
        peer.send(version(1, SERVICES, 70016));
        assertThat(peer.types()).containsExactly("version", "wtxidrelay", "sendaddrv2", "verack");
        assertThat(node.manager.peers(node.now).getFirst().handshakeComplete()).isFalse();
        peer.send(new Verack());
        assertThat(node.manager.peers(node.now).getFirst().handshakeComplete()).isTrue();
        assertThat(peer.types()).contains("ping", "feefilter");
    }

    @Test
    void outboundIsGreetedAndAskedForAddresses() {
        TestNode.Remote peer = node.outbound(1, LinkKind.OUTBOUND_FULL_RELAY);
        Version ours = peer.take(Version.class).getFirst();
        assertThat(ours.version()).isEqualTo(70016);
        assertThat(ours.userAgent()).isEqualTo("/Starling:0.1.0/");
        assertThat(ours.relay()).isTrue();
        shakeHands(peer);
        assertThat(peer.types())
                .containsSubsequence("wtxidrelay", "sendaddrv2", "verack", "getaddr", "ping", "getheaders");
        PeerInfo info = node.manager.peers(node.now).getFirst();
        assertThat(info.userAgent()).isEqualTo("/test:1/");
        assertThat(info.services()).isEqualTo(SERVICES);
        assertThat(info.transport()).isEqualTo("v1");
    }

    @Test
    void blockRelayLinksAskForNoTransactionsAndNoAddresses() {
        TestNode.Remote peer = node.outbound(1, LinkKind.BLOCK_RELAY);
        assertThat(peer.take(Version.class).getFirst().relay()).isFalse();
        shakeHands(peer);
        assertThat(peer.types()).doesNotContain("getaddr", "feefilter");
        peer.send(new Inv(List.of(new InventoryItem(InventoryItem.WTX, Hash256.ZERO))));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("inv sent in violation of protocol")).isTrue();
    }

    @Test
    void aLinkToOurselvesIsNoticed() {
        TestNode.Remote out = node.outbound(1, LinkKind.MANUAL);
        long nonce = out.take(Version.class).getFirst().nonce();
        TestNode.Remote in = node.inbound(2);
        in.send(version(nonce, SERVICES, 70016));
        assertThat(in.closed).isTrue();
        assertThat(node.logged("connected to self")).isTrue();
    }

    @Test
    void unfitPeersAreDropped() {
        TestNode.Remote old = node.inbound(1);
        old.send(version(1, SERVICES, 31799));
        assertThat(old.closed).isTrue();
        assertThat(node.logged("using obsolete version 31799")).isTrue();
        TestNode.Remote useless = node.outbound(2, LinkKind.OUTBOUND_FULL_RELAY);
        useless.send(version(1, Services.BLOOM, 70016));
        assertThat(useless.closed).isTrue();
        assertThat(node.logged("does not offer the expected services (00000004 offered, 00000009 expected)"))
                .isTrue();
    }

    @Test
    void orderMatters() {
        TestNode.Remote early = node.inbound(1);
        early.send(new Ping(5));
        assertThat(early.types()).isEmpty();
        early.send(version(1, SERVICES, 70016));
        early.types();
        early.send(new Ping(5));
        assertThat(early.types()).isEmpty();
        assertThat(node.logged("Unsupported message \"ping\" prior to verack")).isTrue();
        early.send(new Verack());
        early.send(version(1, SERVICES, 70016));
        assertThat(node.logged("redundant version message")).isTrue();
        assertThat(early.closed).isFalse();
        early.send(new WtxidRelay());
        assertThat(early.closed).isTrue();
        assertThat(node.logged("wtxidrelay received after verack")).isTrue();
    }

    @Test
    void silenceHasAnEnd() {
        TestNode.Remote silent = node.inbound(1);
        node.pass(60_001);
        assertThat(silent.closed).isTrue();
        assertThat(node.logged("socket no message in first 60 seconds")).isTrue();
        TestNode.Remote half = node.inbound(2);
        half.send(version(1, SERVICES, 70016));
        node.pass(60_001);
        assertThat(half.closed).isTrue();
        assertThat(node.logged("version handshake timeout")).isTrue();
    }

    @Test
    void aPeerAskedForAddressesHasFiveMinutes() {
        TestNode.Remote peer = node.outbound(1, LinkKind.ADDR_FETCH);
        shakeHands(peer);
        peer.send(new Addr(List.of()));
        node.pass(5 * 60_000);
        assertThat(peer.closed).isFalse();
        node.pass(1_000);
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("addrfetch connection timeout")).isTrue();
    }

    @Test
    void pingsAreAnsweredMeasuredAndMissed() {
        TestNode.Remote peer = inbound(1);
        peer.send(new Ping(77));
        List<Message> inbox = new ArrayList<>(peer.inbox);
        assertThat(inbox).contains(new Pong(77L));
        Ping ping = peer.take(Ping.class).getFirst();
        node.now += 150;
        peer.send(new Pong(ping.nonce() + 1));
        peer.send(new Pong(ping.nonce()));
        PeerInfo info = node.manager.peers(node.now).getFirst();
        assertThat(info.pingMillis()).isEqualTo(150);
        assertThat(info.minPingMillis()).isEqualTo(150);
        node.pass(2 * 60_000);
        assertThat(peer.take(Ping.class)).hasSize(1);
        node.pass(25 * 60_000);
        assertThat(peer.closed).isTrue();
    }

    // ---- headers and blocks

    @Test
    void headersFirstThenBlocksInParallel() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 40, SECONDS, 1);
        node.initialDownload = true;
        TestNode.Remote one = outbound(1);
        TestNode.Remote two = outbound(2);
        assertThat(one.take(GetHeaders.class)).hasSize(1);
        assertThat(two.take(GetHeaders.class))
                .as("only one peer is asked at first")
                .isEmpty();
        one.send(headers(chain));
        assertThat(node.headers().bestHeader().height()).isEqualTo(40);
        List<GetData> first = one.take(GetData.class);
        assertThat(first).hasSize(1);
        assertThat(hashes(first.getFirst()))
                .isEqualTo(chain.subList(0, 16).stream().map(Block::hash).toList());
        // The headers are of today, so the other one is asked too, and then helps.
        assertThat(two.take(GetHeaders.class)).hasSize(1);
        two.send(headers(chain));
        assertThat(hashes(two.take(GetData.class).getFirst()))
                .isEqualTo(chain.subList(16, 32).stream().map(Block::hash).toList());
        for (int i = 16; i < 32; i++) {
            two.send(new BlockMessage(chain.get(i).serialized()));
        }
        assertThat(node.headers().tip().height()).isZero();
        for (int i = 0; i < 16; i++) {
            one.send(new BlockMessage(chain.get(i).serialized()));
        }
        assertThat(node.headers().tip().height()).isEqualTo(32);
        for (int i = 32; i < 40; i++) {
            two.send(new BlockMessage(chain.get(i).serialized()));
        }
        assertThat(node.headers().tip().hash()).isEqualTo(chain.getLast().hash());
        assertThat(node.manager.blocksInFlight()).isZero();
    }

    @Test
    void aStallerIsDropped() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 1100, SECONDS, 1);
        node.initialDownload = true;
        TestNode.Remote slow = outbound(1);
        TestNode.Remote fast = outbound(2);
        slow.send(headers(chain));
        fast.send(headers(chain));
        // The fast one sends all it is asked for, until only the slow one's blocks hold the window up.
        for (List<GetData> asked = fast.take(GetData.class); !asked.isEmpty(); asked = fast.take(GetData.class)) {
            for (GetData request : asked) {
                for (Hash256 hash : hashes(request)) {
                    int height = node.headers().find(hash).height();
                    fast.send(new BlockMessage(chain.get(height - 1).serialized()));
                }
            }
        }
        assertThat(node.logged("Stall started peer=0")).isTrue();
        node.pass(1_900);
        assertThat(slow.closed).isFalse();
        node.pass(200);
        assertThat(slow.closed).isTrue();
        assertThat(node.logged("Peer is stalling block download")).isTrue();
        assertThat(hashes(fast.take(GetData.class).getFirst()))
                .contains(chain.getFirst().hash());
    }

    @Test
    void aBlockThatDoesNotComeIsWaitedForOnlySoLong() {
        node.have(TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1));
        TestNode.Remote peer = outbound(1);
        peer.send(headers(TestNode.chainOn(node.headers().tip().header(), 1, SECONDS, 50)));
        assertThat(peer.take(GetData.class)).hasSize(1);
        node.pass(10 * 60_000 + 100);
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("Timeout downloading block")).isTrue();
    }

    @Test
    void badHeadersCostTheLink() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 20, SECONDS, 1);
        TestNode.Remote gap = inbound(1);
        gap.send(headers(List.of(chain.get(0), chain.get(2))));
        assertThat(gap.closed).isTrue();
        assertThat(node.logged("Misbehaving: peer=0: non-continuous headers sequence"))
                .isTrue();

        TestNode.Remote weak = inbound(2);
        BlockHeader header = chain.getFirst().header();
        while ((header.hash().word(3) >>> 63) == 0) {
            header = header.withNonce(header.nonce() + 1);
        }
        weak.send(new Headers(List.of(header)));
        assertThat(weak.closed).isTrue();
        assertThat(node.logged("Misbehaving: peer=1: header with invalid proof of work"))
                .isTrue();

        TestNode.Remote astray = inbound(3);
        astray.send(headers(chain.subList(5, 9)));
        assertThat(astray.closed).as("it may be an announcement").isFalse();
        assertThat(astray.take(GetHeaders.class)).isNotEmpty();

        TestNode.Remote many = inbound(4);
        many.send(new Headers(Collections.nCopies(2001, header)));
        assertThat(many.closed).isTrue();
        assertThat(node.logged("headers message size = 2001")).isTrue();
        assertThat(node.bans.discouragedCount()).isEqualTo(3);
    }

    @Test
    void manyHeadersThatConnectToNothingAreNoFault() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 30, SECONDS, 1);
        TestNode.Remote peer = outbound(1);
        peer.send(new Headers(List.of()));
        peer.take(Message.class);
        peer.send(headers(chain.subList(10, 30)));
        assertThat(peer.closed).isFalse();
        assertThat(peer.take(GetHeaders.class)).hasSize(1);
    }

    @Test
    void anInvalidBlockCostsTheLinkThatSentIt() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1);
        Rejection fault = Rejection.consensus("bad-cb-amount");
        node.refusals.put(chain.getFirst().hash().toString(), fault);
        TestNode.Remote peer = inbound(1);
        peer.send(new BlockMessage(chain.getFirst().serialized()));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("Misbehaving: peer=0: bad-cb-amount")).isTrue();
        TestNode.Remote orphan = inbound(2);
        orphan.send(new BlockMessage(
                TestNode.mine(TestNode.genesis(), Hash256.ZERO, SECONDS, 5).serialized()));
        assertThat(orphan.closed).isTrue();
        assertThat(node.logged("prev-blk-not-found")).isTrue();
    }

    @Test
    void aBlockFoundInvalidLaterStillCostsItsSender() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1);
        TestNode.Remote peer = inbound(1);
        node.links.handle(
                node.now,
                new org.starling.world.NetworkEvent.Received(
                        peer.link,
                        new org.starling.engine.V1Transport(TestNode.REGTEST.magic())
                                .encode("block", chain.getFirst().serialized())));
        node.questions.clear();
        node.manager.blockJudged(node.now, 0, chain.getFirst().hash(), true, null);
        node.manager.blockRejected(
                node.now, chain.getFirst().hash(), Rejection.consensus("bad-txns-inputs-missingorspent"));
        assertThat(peer.closed).isTrue();
    }

    @Test
    void headersAndBlocksAreServed() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 30, SECONDS, 1);
        node.have(chain);
        TestNode.Remote peer = inbound(1);
        peer.take(Message.class);
        peer.send(new GetHeaders(70016, List.of(chain.get(9).hash()), Hash256.ZERO));
        assertThat(peer.take(Headers.class)).containsExactly(headers(chain.subList(10, 30)));
        peer.send(new GetHeaders(70016, List.of(), chain.get(3).hash()));
        assertThat(peer.take(Headers.class)).containsExactly(headers(chain.subList(3, 4)));
        peer.send(new GetBlocks(70016, List.of(chain.get(27).hash()), Hash256.ZERO));
        assertThat(peer.take(Inv.class)).hasSize(1);
        peer.send(new GetData(List.of(
                new InventoryItem(
                        InventoryItem.BLOCK | InventoryItem.WITNESS,
                        chain.get(2).hash()),
                new InventoryItem(InventoryItem.BLOCK, chain.get(5).hash()),
                new InventoryItem(InventoryItem.BLOCK, Hash256.ZERO))));
        assertThat(peer.take(BlockMessage.class))
                .containsExactly(
                        new BlockMessage(chain.get(2).serialized()),
                        new BlockMessage(chain.get(5).serialized()));
        peer.send(new GetHeaders(70016, Collections.nCopies(102, Hash256.ZERO), Hash256.ZERO));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("getheaders locator size 102 > 101")).isTrue();
    }

    @Test
    void newBlocksAreAnnouncedByHeadersOrInv() {
        node.have(TestNode.chainOn(TestNode.genesis(), 2, SECONDS, 1));
        TestNode.Remote plain = inbound(1);
        TestNode.Remote modern = inbound(2);
        modern.send(new SendHeaders());
        modern.send(new GetHeaders(70016, List.of(TestNode.genesis().hash()), Hash256.ZERO));
        plain.take(Message.class);
        modern.take(Message.class);
        List<Block> more = TestNode.chainOn(node.headers().tip().header(), 1, SECONDS, 60);
        node.have(more);
        assertThat(modern.take(Headers.class)).containsExactly(headers(more));
        assertThat(plain.take(Inv.class))
                .containsExactly(new Inv(List.of(
                        new InventoryItem(InventoryItem.BLOCK, more.getFirst().hash()))));
    }

    @Test
    void anAnnouncedBlockIsFetchedFromWhoAnnouncedIt() {
        node.have(TestNode.chainOn(TestNode.genesis(), 2, SECONDS, 1));
        List<Block> more = TestNode.chainOn(node.headers().tip().header(), 1, SECONDS, 60);
        TestNode.Remote peer = inbound(1);
        // Its answer to our first question shows that it has what we have.
        peer.send(new Headers(List.of(node.headers().tip().header())));
        peer.take(Message.class);
        peer.send(new Inv(
                List.of(new InventoryItem(InventoryItem.BLOCK, more.getFirst().hash()))));
        assertThat(peer.take(GetHeaders.class)).hasSize(1);
        peer.send(headers(more));
        assertThat(hashes(peer.take(GetData.class).getFirst()))
                .containsExactly(more.getFirst().hash());
        peer.send(new BlockMessage(more.getFirst().serialized()));
        assertThat(node.headers().tip().hash()).isEqualTo(more.getFirst().hash());
    }

    // ---- transactions

    private TestNode.Remote modern(TestNode.Remote peer) {
        peer.take(Message.class);
        return peer;
    }

    @Test
    void aTransactionIsAskedOfOnePeerAtATimeOutboundFirst() {
        Transaction transaction = TestNode.spend(Hash256.ZERO, 3);
        Inv inv = new Inv(List.of(new InventoryItem(InventoryItem.WTX, transaction.wtxid())));
        TestNode.Remote in = modern(inbound(1));
        TestNode.Remote out = modern(outbound(2));
        in.send(inv);
        assertThat(in.take(GetData.class)).as("others may announce it yet").isEmpty();
        out.send(inv);
        assertThat(out.take(GetData.class)).containsExactly(new GetData(inv.items()));
        node.pass(59_000);
        assertThat(in.take(GetData.class)).isEmpty();
        node.pass(2_000);
        assertThat(in.take(GetData.class)).containsExactly(new GetData(inv.items()));
        in.send(new TxMessage(transaction, true));
        assertThat(node.pool).containsKey(transaction.wtxid());
        assertThat(node.manager.trackedAnnouncements()).isZero();
        out.send(inv);
        assertThat(out.take(GetData.class)).as("it is known").isEmpty();
    }

    @Test
    void notFoundFreesTheNextPeer() {
        InventoryItem item = new InventoryItem(
                InventoryItem.WTX, TestNode.spend(Hash256.ZERO, 3).wtxid());
        TestNode.Remote one = modern(outbound(1));
        TestNode.Remote two = modern(outbound(2));
        one.send(new Inv(List.of(item)));
        two.send(new Inv(List.of(item)));
        assertThat(one.take(GetData.class)).hasSize(1);
        one.send(new NotFound(List.of(item)));
        assertThat(two.take(GetData.class)).hasSize(1);
    }

    @Test
    void transactionsAreToldOnAndServedToThoseTold() {
        TestNode.Remote peer = modern(inbound(1));
        Transaction transaction = TestNode.spend(Hash256.ZERO, 3);
        InventoryItem item = new InventoryItem(InventoryItem.WTX, transaction.wtxid());
        node.pass(1);
        peer.take(Message.class);
        node.pooled(transaction);
        if (peer.inbox.isEmpty()) {
            peer.send(new GetData(List.of(item)));
            assertThat(peer.take(NotFound.class)).as("not told yet").hasSize(1);
            assertThat(node.fetched).isEmpty();
            node.pass(60_000);
        }
        assertThat(peer.take(Inv.class)).containsExactly(new Inv(List.of(item)));
        peer.send(new GetData(List.of(item)));
        assertThat(peer.take(TxMessage.class)).containsExactly(new TxMessage(transaction, true));
        assertThat(node.fetched).containsExactly(transaction.txid());
    }

    @Test
    void whatHasLeftTheMempoolMeanwhileIsNotAnnounced() {
        TestNode.Remote peer = modern(inbound(1));
        node.pass(1);
        peer.take(Message.class);
        // A random time passes before each of them is told: of twenty some are still in line.
        List<Transaction> all = IntStream.range(0, 20)
                .mapToObj(i -> TestNode.spend(Hash256.ZERO, i))
                .toList();
        all.forEach(node::pooled);
        List<InventoryItem> told = peer.take(Inv.class).stream()
                .flatMap(inv -> inv.items().stream())
                .toList();
        Transaction leaving = all.getLast();
        assertThat(told).doesNotContain(new InventoryItem(InventoryItem.WTX, leaving.wtxid()));
        node.unpooled(leaving);
        node.pass(60_000);
        List<InventoryItem> later = peer.take(Inv.class).stream()
                .flatMap(inv -> inv.items().stream())
                .toList();
        assertThat(told.size() + later.size()).isEqualTo(19);
        assertThat(later).doesNotContain(new InventoryItem(InventoryItem.WTX, leaving.wtxid()));
    }

    @Test
    void theTrustedAreToldWithoutDelay() {
        node.permissions.add(Permission.NOBAN);
        TestNode.Remote peer = inbound(1);
        node.pass(10);
        for (int i = 0; i < 3; i++) {
            peer.take(Message.class);
            node.pooled(TestNode.spend(Hash256.ZERO, i));
            assertThat(peer.take(Inv.class)).hasSize(1);
        }
    }

    @Test
    void feeFiltersAreKept() {
        TestNode.Remote peer = modern(inbound(1));
        peer.send(new org.starling.bitcoin.message.FeeFilter(1_000_000));
        node.pooled(TestNode.spend(Hash256.ZERO, 3));
        node.pass(60_000);
        assertThat(peer.take(Inv.class)).isEmpty();
        assertThat(node.manager.peers(node.now).getFirst().minFeeFilterPerKvb()).isEqualTo(1_000_000);
    }

    @Test
    void orphansWaitForTheirParents() {
        TestNode.Remote peer = modern(outbound(1));
        Transaction parent = TestNode.spend(Hash256.ZERO, 3);
        Transaction child = TestNode.spend(parent.txid(), 4);
        node.refusals.put(
                child.txid().toString(), Rejection.of(Rejection.Kind.MISSING_INPUTS, "bad-txns-inputs-missingorspent"));
        peer.send(new TxMessage(child, true));
        assertThat(node.manager.orphans()).isEqualTo(1);
        node.pass(2_001);
        assertThat(peer.take(GetData.class))
                .containsExactly(new GetData(
                        List.of(new InventoryItem(InventoryItem.TX | InventoryItem.WITNESS, parent.txid()))));
        node.refusals.clear();
        peer.send(new TxMessage(parent, true));
        assertThat(node.pool).containsKeys(parent.wtxid(), child.wtxid());
        assertThat(node.manager.orphans()).isZero();
    }

    @Test
    void rejectedTransactionsAreNotFetchedAgainUntilTheTipChanges() {
        TestNode.Remote peer = modern(outbound(1));
        Transaction transaction = TestNode.spend(Hash256.ZERO, 3);
        Inv inv = new Inv(List.of(new InventoryItem(InventoryItem.WTX, transaction.wtxid())));
        node.refusals.put(transaction.txid().toString(), Rejection.of(Rejection.Kind.NOT_STANDARD, "dust"));
        peer.send(inv);
        peer.take(Message.class);
        peer.send(new TxMessage(transaction, true));
        assertThat(node.logged("was not accepted: dust")).isTrue();
        assertThat(peer.closed).isFalse();
        peer.send(inv);
        assertThat(peer.take(GetData.class)).isEmpty();
        node.have(TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1));
        peer.send(inv);
        assertThat(peer.take(GetData.class)).hasSize(1);
    }

    @Test
    void anInvalidTransactionCostsTheLink() {
        TestNode.Remote peer = modern(inbound(1));
        Transaction transaction = TestNode.spend(Hash256.ZERO, 3);
        node.refusals.put(transaction.txid().toString(), Rejection.consensus("bad-txns-vout-negative"));
        peer.send(new TxMessage(transaction, true));
        assertThat(peer.closed).isTrue();
    }

    @Test
    void theMempoolIsToldOnlyToTheTrusted() {
        TestNode.Remote peer = modern(inbound(1));
        peer.send(new Mempool());
        assertThat(peer.closed).isTrue();
        node.permissions.add(Permission.MEMPOOL);
        TestNode.Remote trusted = modern(inbound(2));
        node.pooled(TestNode.spend(Hash256.ZERO, 3));
        trusted.send(new Mempool());
        assertThat(trusted.take(Inv.class)).hasSize(1);
    }

    // ---- order, garbage, bounds

    @Test
    void whatFollowsABlockWaitsForItsVerdict() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1);
        TestNode.Remote peer = modern(inbound(1));
        peer.readable = false;
        org.starling.engine.V1Transport encoder = new org.starling.engine.V1Transport(TestNode.REGTEST.magic());
        Bytes both = Bytes.concat(
                encoder.encode("block", chain.getFirst().serialized()),
                encoder.encode("ping", new Ping(5).payload()),
                encoder.encode("ping", new Ping(6).payload()));
        node.links.handle(node.now, new org.starling.world.NetworkEvent.Received(peer.link, both));
        assertThat(peer.take(Pong.class)).isEmpty();
        assertThat(peer.readable).as("its socket is not read").isFalse();
        node.run();
        assertThat(node.headers().tip().height()).isEqualTo(1);
        assertThat(peer.take(Pong.class)).containsExactly(new Pong(5L), new Pong(6L));
        assertThat(peer.readable).isTrue();
    }

    @Test
    void garbageIsDroppedWithAReason() {
        TestNode.Remote peer = modern(inbound(1));
        org.starling.engine.V1Transport encoder = new org.starling.engine.V1Transport(TestNode.REGTEST.magic());
        peer.sendRaw(encoder.encode("strange", Bytes.fromHex("00")));
        assertThat(node.logged("Unknown message type \"strange\"")).isTrue();
        for (int i = 0; i <= org.starling.engine.Limits.BAD_MESSAGES; i++) {
            assertThat(peer.closed).isFalse();
            peer.sendRaw(encoder.encode("inv", Bytes.fromHex("ff")));
        }
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("ProcessMessages(inv, 1 bytes): Exception")).isTrue();
    }

    @Test
    void oversizedListsCostTheLink() {
        TestNode.Remote inv = inbound(1);
        inv.send(new Inv(Collections.nCopies(50_001, new InventoryItem(InventoryItem.TX, Hash256.ZERO))));
        assertThat(inv.closed).isTrue();
        assertThat(node.logged("inv message size = 50001")).isTrue();
        TestNode.Remote getData = inbound(2);
        getData.send(new GetData(Collections.nCopies(50_001, new InventoryItem(InventoryItem.TX, Hash256.ZERO))));
        assertThat(getData.closed).isTrue();
        TestNode.Remote addr = inbound(3);
        addr.send(new Addr(Collections.nCopies(1_001, new TimedAddress(0, 1, NetAddress.parse("1.2.3.4:1", 0)))));
        assertThat(addr.closed).isTrue();
        assertThat(node.logged("addr message size = 1001")).isTrue();
    }

    @Test
    void announcementsOfOnePeerAreBounded() {
        TestNode.Remote peer = inbound(1);
        for (int round = 0; round < 3; round++) {
            List<InventoryItem> items = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                items.add(new InventoryItem(
                        InventoryItem.WTX,
                        TestNode.spend(Hash256.ZERO, round * 4_000 + i).wtxid()));
            }
            peer.send(new Inv(items));
        }
        assertThat(node.manager.trackedAnnouncements()).isEqualTo(BitcoinLimits.TX_ANNOUNCEMENTS_PER_PEER);
    }

    @Test
    void trustedPeersAreNotPunished() {
        node.permissions.add(Permission.NOBAN);
        TestNode.Remote peer = inbound(1);
        peer.send(new Inv(Collections.nCopies(50_001, new InventoryItem(InventoryItem.TX, Hash256.ZERO))));
        assertThat(peer.closed).isFalse();
        assertThat(node.logged("not punishing noban peer 0")).isTrue();
    }

    // ---- addresses

    @Test
    void addressesAreTakenInToldOnAndAnsweredOnce() {
        TestNode.Remote teller = modern(outbound(1));
        TestNode.Remote listener = inbound(2);
        listener.send(new GetAddr());
        NetAddress fresh = NetAddress.parse("9.9.9.9:8333", 0);
        // The answer to our getaddr is not told on; what comes later is.
        teller.send(new AddrV2(List.of(new TimedAddress(SECONDS, 9, NetAddress.parse("8.8.8.8:8333", 0)))));
        teller.send(new AddrV2(List.of(new TimedAddress(SECONDS, 9, fresh))));
        assertThat(node.book.find(fresh)).isNotNull();
        assertThat(node.logged("Added 1 addresses")).isTrue();
        listener.take(Message.class);
        node.pass(600_000);
        assertThat(listener.take(AddrV2.class).stream().flatMap(addr -> addr.addresses().stream()))
                .extracting(TimedAddress::address)
                .contains(fresh);
        for (int i = 0; i < 100; i++) {
            NetAddress address = NetAddress.ofIp(Bytes.copyOf((byte) (60 + i), (byte) 1, (byte) 1, (byte) 1), 8333);
            node.book.add(SECONDS, address, 9, SECONDS, address, 0);
        }
        TestNode.Remote curious = modern(inbound(3));
        curious.send(new GetAddr());
        node.pass(1);
        List<TimedAddress> answer = curious.take(AddrV2.class).getFirst().addresses();
        assertThat(answer).hasSizeBetween(20, 25);
        curious.send(new GetAddr());
        assertThat(node.logged("Ignoring repeated \"getaddr\"")).isTrue();
    }

    @Test
    void allWhoAskForAddressesOnOneDayGetTheSame() {
        for (int i = 0; i < 1000; i++) {
            NetAddress address = NetAddress.ofIp(Bytes.copyOf((byte) 60, (byte) (i >> 8), (byte) i, (byte) 1), 8333);
            node.book.add(SECONDS, address, 9, SECONDS, address, 0);
        }
        List<NetAddress> first = answerTo(1);
        node.pass(20 * 60 * 60_000L);
        assertThat(answerTo(2)).isEqualTo(first);
        node.pass(8 * 60 * 60_000L);
        assertThat(answerTo(3)).isNotEmpty().isNotEqualTo(first);
    }

    private List<NetAddress> answerTo(int host) {
        TestNode.Remote curious = modern(inbound(host));
        curious.send(new GetAddr());
        node.pass(1);
        return curious.take(AddrV2.class).getFirst().addresses().stream()
                .map(TimedAddress::address)
                .sorted()
                .toList();
    }

    @Test
    void addressesAreRateLimited() {
        TestNode.Remote peer = modern(inbound(1));
        List<TimedAddress> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(new TimedAddress(
                    SECONDS, 9, NetAddress.ofIp(Bytes.copyOf((byte) 60, (byte) (i >> 8), (byte) i, (byte) 1), 8333)));
        }
        peer.send(new AddrV2(many));
        PeerInfo info = node.manager.peers(node.now).getFirst();
        assertThat(info.addressesProcessed()).isEqualTo(1);
        assertThat(info.addressesRateLimited()).isEqualTo(499);
        node.now += 1_000_000;
        peer.send(new AddrV2(many));
        assertThat(node.manager.peers(node.now).getFirst().addressesProcessed()).isBetween(100L, 102L);
    }

    @Test
    void ourOwnAddressIsToldToEachPeer() {
        node.manager.addOwnAddress(NetAddress.parse("77.1.2.3:18444", 0), LocalAddresses.Origin.MANUAL);
        node.manager.addOwnAddress(NetAddress.parse("10.1.2.3:18444", 0), LocalAddresses.Origin.MANUAL);
        TestNode.Remote peer = outbound(1);
        node.pass(1);
        List<TimedAddress> told = peer.take(AddrV2.class).getFirst().addresses();
        assertThat(told).containsExactly(new TimedAddress(SECONDS, 0xc09, NetAddress.parse("77.1.2.3:18444", 0)));
    }

    @Test
    void whoComesByTorIsToldOurOnionOnlyAndNobodyElseIs() {
        NetAddress shown = NetAddress.parse("77.1.2.3:18444", 0);
        NetAddress hidden = NetAddress.parse("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:18444", 0);
        node.manager.addOwnAddress(shown, LocalAddresses.Origin.MANUAL);
        node.manager.addOwnAddress(hidden, LocalAddresses.Origin.MANUAL);
        TestNode.Remote open = outbound(1);
        node.links.onionEntrance(TestNode.US);
        TestNode.Remote byTor = inbound(2);
        byTor.send(new GetAddr());
        node.pass(24 * 60 * 60_000L);
        assertThat(own(open, shown, hidden)).containsOnly(shown);
        assertThat(own(byTor, shown, hidden)).containsOnly(hidden);

        node.manager.removeOwnAddress(hidden);
        assertThat(node.manager.ownAddresses().all(node.now)).containsExactly(shown);
    }

    /** Which of our addresses the peer was told. */
    private static List<NetAddress> own(TestNode.Remote peer, NetAddress... ours) {
        return peer.take(AddrV2.class).stream()
                .flatMap(told -> told.addresses().stream())
                .map(TimedAddress::address)
                .filter(List.of(ours)::contains)
                .toList();
    }
}
