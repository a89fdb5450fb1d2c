package org.starling.consensus;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** The first block of each chain, built from what it says, and checked against its known hash. */
final class Genesis {
    private static final String TIMES = "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
    private static final Bytes SATOSHI_KEY =
            Bytes.fromHex("04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
                    + "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f");
    private static final long REWARD = 50_0000_0000L;
    private static final int OP_CHECKSIG = 0xac;

    static final Block MAIN = satoshi(
            1_231_006_505,
            0x1d00ffff,
            2_083_236_893,
            "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    static final Block TEST = satoshi(
            1_296_688_602, 0x1d00ffff, 414_098_458, "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943");
    static final Block TESTNET4 = build(
            "03/May/2024 000000000000000000001ebd58c244970b3aa9d783bb001011fbe8ea8e98e00e",
            Bytes.wrap(new byte[33]),
            1_714_777_860,
            0x1d00ffff,
            393_743_547,
            "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043");
    static final Block SIGNET = satoshi(
            1_598_918_400, 0x1e0377ae, 52_613_770, "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6");
    static final Block REGTEST =
            satoshi(1_296_688_602, 0x207fffff, 2, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");

    private Genesis() {}

    private static Block satoshi(long time, int bits, int nonce, String expectedHash) {
        return build(TIMES, SATOSHI_KEY, time, bits, nonce, expectedHash);
    }

    private static Block build(String message, Bytes key, long time, int bits, int nonce, String expectedHash) {
        byte[] text = message.getBytes(StandardCharsets.US_ASCII);
        ByteWriter scriptSig = new ByteWriter();
        scriptSig.u8(4).i32(0x1d00ffff); // the first chain's bits, pushed
        scriptSig.u8(1).u8(4);
        if (text.length > 75) {
            scriptSig.u8(0x4c); // OP_PUSHDATA1
        }
        scriptSig.u8(text.length).bytes(text);
        Bytes scriptPubKey =
                new ByteWriter().u8(key.length()).bytes(key).u8(OP_CHECKSIG).toBytes();
        Transaction coinbase = Transaction.of(
                1,
                List.of(new TxIn(OutPoint.NULL, scriptSig.toBytes(), TxIn.SEQUENCE_FINAL)),
                List.of(new TxOut(REWARD, scriptPubKey)),
                0);
        Block block = Block.of(new BlockHeader(1, Hash256.ZERO, coinbase.txid(), time, bits, nonce), List.of(coinbase));
        if (!block.hash().equals(Hash256.fromHex(expectedHash))) {
            throw new AssertionError("the genesis block hashes to " + block.hash() + ", not to " + expectedHash);
        }
        return block;
    }
}
