package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bitcoin.message.FilterLoad;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

class BloomFilterTest {
    private static final Bytes KEY_HASH = Bytes.fromHex("99108ad8ed9bb6274d3980bab5a85c048f0950c8");
    private static final Bytes TO_KEY_HASH = Bytes.fromHex("76a914" + KEY_HASH.hex() + "88ac");

    /** Values that are published with the hash function, and some of Core's. */
    @ParameterizedTest
    @CsvSource({
        "00000000, '', 00000000",
        "00000001, '', 514e28b7",
        "ffffffff, '', 81f16f39",
        "fba4c795, '', 6a396f08",
        "00000000, ffffffff, 76293b50",
        "00000000, 21436587, f55b516b",
        "5082edee, 21436587, 2362f9de",
        "00000000, 214365, 7e4a8634",
        "00000000, 2143, a0f7b07a",
        "00000000, 21, 72661cf4",
        "00000000, 00000000, 2362f9de",
        "00000000, 001122334455667788, b4698def",
        "9747b28c, 48656c6c6f2c20776f726c6421, 24884cba",
        "9747b28c, 54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f67, 2fa826cd"
    })
    void murmurHash3(String seed, String data, String expected) {
        int hash = MurmurHash3.hash(Integer.parseUnsignedInt(seed, 16), Bytes.fromHex(data));
        assertThat(hash).isEqualTo(Integer.parseUnsignedInt(expected, 16));
    }

    private static BloomFilter filter(String bits, int tweak, int flags) {
        return BloomFilter.of(new FilterLoad(Bytes.fromHex(bits), 5, tweak, flags));
    }

    /** The three elements and the bits that they give are the well-known example of BIP-0037's implementations. */
    @ParameterizedTest
    @CsvSource({"0, 614e9b", "80000001, ce4299"})
    void addingSetsTheBitsOfTheExample(String tweak, String expectedBits) {
        int number = Integer.parseUnsignedInt(tweak, 16);
        BloomFilter made = filter("000000", number, 1);
        assertThat(made.contains(KEY_HASH)).isFalse();
        for (String element : List.of(
                KEY_HASH.hex(),
                "b5a2c786d9ef4658287ced5914b37a1b4aa32eee",
                "b9300670b4c5366e95b2699e8b18bc75e5f729c5")) {
            made.add(Bytes.fromHex(element));
            assertThat(made.contains(Bytes.fromHex(element))).isTrue();
        }
        BloomFilter given = filter(expectedBits, number, 1);
        for (int i = 0; i < 2000; i++) {
            Bytes probe = new ByteWriter(4).i32(i).toBytes();
            assertThat(made.contains(probe)).as("%s", i).isEqualTo(given.contains(probe));
        }
        assertThat(made.contains(Bytes.fromHex("19108ad8ed9bb6274d3980bab5a85c048f0950c8")))
                .isFalse();
    }

    private static Transaction transaction(Bytes scriptSig, OutPoint spent, Bytes scriptPubKey) {
        return Transaction.of(1, List.of(new TxIn(spent, scriptSig, -1)), List.of(new TxOut(5, scriptPubKey)), 0);
    }

    private static final String EMPTY_BITS = "00".repeat(200);
    private static final OutPoint SOMETHING = new OutPoint(Hash256.ZERO, 7);

    @Test
    void aTransactionMatchesByWhatItIsPaysAndSpends() {
        Transaction payment = transaction(Bytes.EMPTY, SOMETHING, TO_KEY_HASH);
        assertThat(filter(EMPTY_BITS, 0, 0).matches(payment)).isFalse();

        BloomFilter ofTxid = filter(EMPTY_BITS, 0, 0);
        ofTxid.add(payment.txid().toBytes());
        assertThat(ofTxid.matches(payment)).isTrue();

        BloomFilter ofScript = filter(EMPTY_BITS, 0, 0);
        ofScript.add(KEY_HASH);
        assertThat(ofScript.matches(payment)).isTrue();

        BloomFilter ofSpent = filter(EMPTY_BITS, 0, 0);
        ofSpent.add(Bytes.fromHex("00".repeat(32) + "07000000"));
        assertThat(ofSpent.matches(payment)).isTrue();

        BloomFilter ofPush = filter(EMPTY_BITS, 0, 0);
        ofPush.add(Bytes.fromHex("cafe"));
        assertThat(ofPush.matches(transaction(Bytes.fromHex("5102cafe"), SOMETHING, Bytes.EMPTY)))
                .isTrue();
    }

    @Test
    void whatMatchesIsAddedIfThePeerAskedForIt() {
        Transaction payment = transaction(Bytes.EMPTY, SOMETHING, TO_KEY_HASH);
        Transaction next = transaction(Bytes.EMPTY, payment.outPoint(0), Bytes.EMPTY);
        int never = 0;
        int always = 1;
        int bareKeysOnly = 2;
        for (int flags : new int[] {never, always, bareKeysOnly}) {
            BloomFilter filter = filter(EMPTY_BITS, 3, flags);
            filter.add(KEY_HASH);
            assertThat(filter.matches(payment)).isTrue();
            assertThat(filter.matches(next)).as("flags %s", flags).isEqualTo(flags == always);
        }
        Bytes key = Bytes.fromHex("02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        Transaction toKey = transaction(Bytes.EMPTY, SOMETHING, Bytes.fromHex("21" + key.hex() + "ac"));
        BloomFilter filter = filter(EMPTY_BITS, 3, bareKeysOnly);
        filter.add(key);
        assertThat(filter.matches(toKey)).isTrue();
        assertThat(filter.matches(transaction(Bytes.EMPTY, toKey.outPoint(0), Bytes.EMPTY)))
                .isTrue();
    }

    @Test
    void aFilterWithoutBitsTakesEverything() {
        BloomFilter filter = filter("", 0, 0);
        filter.add(KEY_HASH);
        assertThat(filter.matches(transaction(Bytes.EMPTY, SOMETHING, Bytes.EMPTY)))
                .isTrue();
    }

    @Test
    void sizesAreBounded() {
        assertThat(BloomFilter.isAllowed(new FilterLoad(Bytes.wrap(new byte[36_000]), 50, 0, 0)))
                .isTrue();
        assertThat(BloomFilter.isAllowed(new FilterLoad(Bytes.wrap(new byte[36_001]), 50, 0, 0)))
                .isFalse();
        assertThat(BloomFilter.isAllowed(new FilterLoad(Bytes.wrap(new byte[1]), 51, 0, 0)))
                .isFalse();
        assertThat(BloomFilter.isAllowed(new FilterLoad(Bytes.wrap(new byte[1]), 0xffffffffL, 0, 0)))
                .isFalse();
    }
}
