package org.starling.bitcoin.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.engine.NetAddress;

/** Bytes written by hand, field by field, and what they mean. */
class MessageTest {
    private static final String ONES = "11".repeat(32);
    private static final String TWOS = "22".repeat(32);
    private static final Hash256 ONE = Hash256.of(Bytes.fromHex(ONES));
    private static final Hash256 TWO = Hash256.of(Bytes.fromHex(TWOS));

    private static void bothWays(String type, String hex, Message message) throws MalformedException {
        assertThat(Message.read(type, Bytes.fromHex(hex))).isEqualTo(message);
        assertThat(message.payload().hex()).isEqualTo(hex);
        assertThat(message.type()).isEqualTo(type);
    }

    @Test
    void version() throws MalformedException {
        String hex = "80110100" // 70016
                + "0904000000000000" // NETWORK, WITNESS, NETWORK_LIMITED
                + "0065cd1d00000000" // time
                + "0000000000000000" + "00000000000000000000ffff" + "01020304" + "208d" // receiver
                + "0904000000000000" + "00".repeat(18) // sender
                + "0807060504030201" // nonce
                + "0e" + "2f537461726c696e673a302e312f".substring(0, 28) // /Starling:0.1/
                + "90010000" // height 400
                + "01";
        Version expected = new Version(
                70016,
                0x409,
                500_000_000,
                NetAddress.parse("1.2.3.4:8333", 0),
                0x0102030405060708L,
                "/Starling:0.1/",
                400,
                true);
        bothWays("version", hex, expected);
    }

    @Test
    void aVersionOfTheOldestNodesHasFewFields() throws MalformedException {
        String hex = "00010000" + "0100000000000000" + "0065cd1d00000000" + "00".repeat(8) + "00".repeat(16) + "0000";
        Version version = (Version) Message.read("version", Bytes.fromHex(hex));
        assertThat(version.version()).isEqualTo(256);
        assertThat(version.userAgent()).isEmpty();
        assertThat(version.relay()).isTrue();
        assertThat(version.startHeight()).isEqualTo(-1);
    }

    @Test
    void userAgentsAreCleaned() {
        Version version =
                new Version(70016, 0, 0, NetAddress.parse("1.2.3.4:1", 0), 0, "/a<script>\n\u00e4:1/", 0, true);
        assertThat(version.cleanUserAgent()).isEqualTo("/ascript:1/");
    }

    @Test
    void emptyOnes() throws MalformedException {
        bothWays("verack", "", new Verack());
        bothWays("sendaddrv2", "", new SendAddrV2());
        bothWays("wtxidrelay", "", new WtxidRelay());
        bothWays("sendheaders", "", new SendHeaders());
        bothWays("getaddr", "", new GetAddr());
        bothWays("mempool", "", new Mempool());
    }

    @Test
    void numbers() throws MalformedException {
        bothWays("ping", "0807060504030201", new Ping(0x0102030405060708L));
        bothWays("pong", "ffffffffffffffff", new Pong(-1L));
        bothWays("feefilter", "e803000000000000", new FeeFilter(1000));
    }

    @Test
    void inventories() throws MalformedException {
        String hex = "02" + "01000040" + ONES + "05000000" + TWOS;
        List<InventoryItem> items = List.of(
                new InventoryItem(InventoryItem.TX | InventoryItem.WITNESS, ONE),
                new InventoryItem(InventoryItem.WTX, TWO));
        bothWays("inv", hex, new Inv(items));
        bothWays("getdata", hex, new GetData(items));
        bothWays("notfound", hex, new NotFound(items));
    }

    @Test
    void locators() throws MalformedException {
        String hex = "80110100" + "02" + TWOS + ONES + "00".repeat(32);
        bothWays("getheaders", hex, new GetHeaders(70016, List.of(TWO, ONE), Hash256.ZERO));
        bothWays("getblocks", hex, new GetBlocks(70016, List.of(TWO, ONE), Hash256.ZERO));
    }

    @Test
    void filtersOfBlocks() throws MalformedException {
        bothWays("getcfilters", "00" + "0a000000" + ONES, new GetCFilters(0, 10, ONE));
        bothWays("cfilter", "00" + ONES + "03" + "0174a1", new CFilter(0, ONE, Bytes.fromHex("0174a1")));
        bothWays("getcfheaders", "00" + "ffffffff" + ONES, new GetCFHeaders(0, 0xffffffffL, ONE));
        bothWays("cfheaders", "00" + ONES + TWOS + "01" + TWOS, new CFHeaders(0, ONE, TWO, List.of(TWO)));
        bothWays("getcfcheckpt", "00" + TWOS, new GetCFCheckpoint(0, TWO));
        bothWays("cfcheckpt", "00" + TWOS + "02" + ONES + TWOS, new CFCheckpoint(0, TWO, List.of(ONE, TWO)));
    }

    @Test
    void bloomFilters() throws MalformedException {
        bothWays(
                "filterload",
                "03" + "614e9b" + "05000000" + "01000080" + "01",
                new FilterLoad(Bytes.fromHex("614e9b"), 5, 0x80000001, 1));
        bothWays("filteradd", "02" + "cafe", new FilterAdd(Bytes.fromHex("cafe")));
        bothWays("filterclear", "", new FilterClear());
    }

    @Test
    void headers() throws MalformedException {
        String header = "01000000" + ONES + TWOS + "29ab5f49" + "ffff001d" + "1dac2b7c";
        Headers headers = (Headers) Message.read("headers", Bytes.fromHex("01" + header + "00"));
        assertThat(headers.headers()).hasSize(1);
        assertThat(headers.headers().getFirst().previous()).isEqualTo(ONE);
        assertThat(headers.headers().getFirst().bits()).isEqualTo(0x1d00ffff);
        assertThat(headers.payload().hex()).isEqualTo("01" + header + "00");
    }

    @Test
    void addresses() throws MalformedException {
        bothWays(
                "addr",
                "01" + "61bc6649" + "0904000000000000" + "00000000000000000000ffff01020304" + "208d",
                new Addr(List.of(new TimedAddress(0x4966bc61L, 0x409, NetAddress.parse("1.2.3.4:8333", 0)))));
        bothWays(
                "addrv2",
                "02" + "61bc6649" + "fd0904" + "01" + "04" + "01020304" + "208d" + "61bc6649" + "00" + "04" + "20"
                        + "79bcc625184b05194975c28b66b66b0469f7f6556fb1ac3189a79b40dda32f1f" + "0001",
                new AddrV2(List.of(
                        new TimedAddress(0x4966bc61L, 0x409, NetAddress.parse("1.2.3.4:8333", 0)),
                        new TimedAddress(
                                0x4966bc61L,
                                0,
                                NetAddress.parse(
                                        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:1", 0)))));
    }

    @Test
    void addressesOfUnknownNetworksAreSkipped() throws MalformedException {
        AddrV2 read = (AddrV2) Message.read(
                "addrv2",
                Bytes.fromHex("03" + "61bc6649" + "01" + "99" + "02" + "abab" + "208d"
                        + "61bc6649" + "01" + "02" + "10" + "00000000000000000000ffff01020304" + "208d"
                        + "61bc6649" + "01" + "01" + "04" + "09090909" + "208d"));
        assertThat(read.addresses())
                .extracting(TimedAddress::address)
                .containsExactly(null, null, NetAddress.parse("9.9.9.9:8333", 0));
    }

    @Test
    void addressesOfTheWrongLengthAreMalformed() {
        assertThatThrownBy(() -> Message.read(
                        "addrv2", Bytes.fromHex("01" + "61bc6649" + "01" + "01" + "05" + "0909090909" + "208d")))
                .hasMessage("BIP155 ipv4 address with length 5 (should be 4)");
        assertThatThrownBy(() -> Message.read(
                        "addrv2",
                        Bytes.fromHex("01" + "61bc6649" + "00" + "01" + "fd0102" + "ab".repeat(513) + "208d")))
                .hasMessage("Address too long: 513 > 512");
    }

    @Test
    void transactionsWithAndWithoutWitness() throws MalformedException {
        String input = ONES + "00000000" + "00" + "ffffffff";
        String output = "0100000000000000" + "00";
        String full = "02000000" + "0001" + "01" + input + "01" + output + "01" + "01" + "aa" + "00000000";
        TxMessage message = (TxMessage) Message.read("tx", Bytes.fromHex(full));
        assertThat(message.payload().hex()).isEqualTo(full);
        assertThat(new TxMessage(message.transaction(), false).payload().hex())
                .isEqualTo("02000000" + "01" + input + "01" + output + "00000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inv",
                "getdata",
                "notfound",
                "headers",
                "addr",
                "addrv2",
                "getheaders",
                "getblocks",
                "ping",
                "version",
                "tx",
                "feefilter"
            })
    void promisesThatTheBytesDoNotKeepAreMalformedAndCostNothing(String type) {
        assertThatThrownBy(() -> Message.read(type, Bytes.fromHex("feffffff01")))
                .isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Message.read(type, Bytes.EMPTY)).isInstanceOf(MalformedException.class);
    }

    @Test
    void unknownTypesAreNotLookedAt() throws MalformedException {
        assertThat(Message.read("sendtxrcncl", Bytes.fromHex("00"))).isEqualTo(new Unknown("sendtxrcncl"));
        assertThat(Message.TYPES).doesNotContain("sendtxrcncl").contains("wtxidrelay");
    }

    // A transaction with one input and one output, both empty of scripts.
    private static final String TRANSACTION = "02000000" // version
            + "01" + ONES + "00000000" + "00" + "ffffffff" // input
            + "01" + "e803000000000000" + "00" // output of 1000
            + "00000000"; // locktime

    private static final String HEADER = "00000020" + ONES + TWOS + "0065cd1d" + "ffff7f20" + "07000000";

    @Test
    void sendcmpct() throws MalformedException {
        bothWays("sendcmpct", "01" + "0200000000000000", new SendCompact(true, 2));
        bothWays("sendcmpct", "00" + "0100000000000000", new SendCompact(false, 1));
    }

    @Test
    void cmpctblock() throws MalformedException {
        String hex = HEADER
                + "0807060504030201" // nonce
                + "02" + "010000000000" + "ffeeddccbbaa" // short ids
                + "02" // in full:
                + "00" + TRANSACTION // the first
                + "01" + TRANSACTION; // one is left out between
        CompactBlock block = (CompactBlock) Message.read("cmpctblock", Bytes.fromHex(hex));
        assertThat(block.nonce()).isEqualTo(0x0102030405060708L);
        assertThat(block.shortId(0)).isEqualTo(1);
        assertThat(block.shortId(1)).isEqualTo(0xaabbccddeeffL);
        assertThat(block.given().getFirst().index()).isZero();
        assertThat(block.given().getLast().index()).isEqualTo(2);
        assertThat(block.transactionCount()).isEqualTo(4);
        assertThat(block.payload().hex()).isEqualTo(hex);
    }

    @Test
    void getblocktxn() throws MalformedException {
        // 0, 2 and 3, each as the distance from the one after the last.
        bothWays("getblocktxn", ONES + "03" + "000100", new GetBlockTransactions(ONE, List.of(0, 2, 3)));
    }

    @Test
    void blocktxn() throws MalformedException {
        String hex = ONES + "01" + TRANSACTION;
        BlockTransactions message = (BlockTransactions) Message.read("blocktxn", Bytes.fromHex(hex));
        assertThat(message.block()).isEqualTo(ONE);
        assertThat(message.transactions().getFirst().serialized().hex()).isEqualTo(TRANSACTION);
        assertThat(message.payload().hex()).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fe00000100", // 65536
                "fdffff" + "00", // 65535 takes the last number, and one more follows
                "ffffffffffffffffff" // wraps around
            })
    void positionsInABlockHaveSixteenBits(String indexes) {
        int count = indexes.startsWith("fdffff") ? 2 : 1;
        assertThatThrownBy(() -> Message.read("getblocktxn", Bytes.fromHex(ONES + "0" + count + indexes)))
                .isInstanceOf(MalformedException.class);
    }
}
