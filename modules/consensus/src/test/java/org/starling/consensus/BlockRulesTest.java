package org.starling.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.script.ScriptFlags;

class BlockRulesTest {
    private static final ChainParams REGTEST = ChainParams.regtest();
    private static final int BITS = 0x207fffff;
    private static final long START = 1_700_000_000;
    private static final Bytes ANYONE = Bytes.fromHex("51");
    private static final Bytes RESERVED = Bytes.wrap(new byte[32]);

    private final HeaderChain chain =
            HeaderChain.fromGenesis().add(4, START, BITS).extend(199, 600);

    private static Transaction coinbase(int height, TxOut... outputs) {
        Bytes script = Bytes.concat(BlockRules.heightPush(height), Bytes.fromHex("00"));
        return Transaction.of(2, List.of(new TxIn(OutPoint.NULL, script, TxIn.SEQUENCE_FINAL)), List.of(outputs), 0);
    }

    private static Transaction coinbase(int height) {
        return coinbase(height, new TxOut(50 * Money.COIN, ANYONE));
    }

    private static Transaction spend(int number) {
        return Transaction.of(
                2,
                List.of(new TxIn(new OutPoint(Hash256.fromHex("11".repeat(32)), number), Bytes.EMPTY, -1)),
                List.of(new TxOut(number, ANYONE)),
                0);
    }

    private Block block(Transaction... transactions) {
        return mine(List.of(transactions));
    }

    private Block mine(List<Transaction> transactions) {
        HeaderView tip = chain.tip();
        BlockHeader header = new BlockHeader(
                4, tip.hash(), MerkleTree.ofTransactions(transactions).hash(), tip.time() + 600, BITS, 0);
        while (!Difficulty.checkProofOfWork(header.hash(), BITS, REGTEST.pow())) {
            header = header.withNonce(header.nonce() + 1);
        }
        return Block.of(header, transactions);
    }

    private static String reason(Rejection rejection) {
        return rejection == null ? "valid" : rejection.reason();
    }

    private static String check(Block block) {
        return reason(BlockRules.check(block, REGTEST));
    }

    private String checkInContext(Block block) {
        return reason(BlockRules.checkInContext(block, chain.tip(), REGTEST));
    }

    @Test
    void aCoinbaseFirstAndOnlyThere() {
        assertThat(check(block(coinbase(200), spend(1)))).isEqualTo("valid");
        assertThat(check(block(spend(1), coinbase(200)))).isEqualTo("bad-cb-missing");
        assertThat(check(block(coinbase(200), coinbase(201)))).isEqualTo("bad-cb-multiple");
        assertThat(check(block())).isEqualTo("bad-blk-length");
    }

    @Test
    void theMerkleRootMustMatchAndBeOfThisListOnly() {
        Block honest = block(coinbase(200), spend(1), spend(2));
        List<Transaction> repeated = new ArrayList<>(honest.transactions());
        repeated.add(spend(2));
        Block mutated = Block.of(honest.header(), repeated);
        Block other = Block.of(honest.header(), List.of(coinbase(200), spend(1)));

        assertThat(mutated.hash()).isEqualTo(honest.hash());
        assertThat(BlockRules.check(mutated, REGTEST))
                .isEqualTo(Rejection.of(Kind.MUTATED, "bad-txns-duplicate", "duplicate transaction"));
        assertThat(BlockRules.check(other, REGTEST))
                .isEqualTo(Rejection.of(Kind.MUTATED, "bad-txnmrklroot", "hashMerkleRoot mismatch"));
        assertThat(BlockRules.checkMutation(mutated, true)).isNotNull();
        assertThat(BlockRules.checkMutation(other, true)).isNotNull();
        assertThat(BlockRules.checkMutation(honest, true)).isNull();
    }

    @Test
    void transactionsAreChecked() {
        Transaction negative = Transaction.of(1, spend(1).inputs(), List.of(new TxOut(-1, ANYONE)), 0);

        Rejection rejection = BlockRules.check(block(coinbase(200), negative), REGTEST);

        assertThat(rejection)
                .isEqualTo(Rejection.consensus(
                        "bad-txns-vout-negative", "Transaction check failed (tx hash " + negative.txid() + ") "));
    }

    @Test
    void legacySignatureOperationsAreLimited() {
        Bytes thousand = Bytes.wrap(new byte[1000]);
        Arrays.fill(thousand.sharedArray(), (byte) 0xac);
        TxOut output = new TxOut(0, thousand);
        List<TxOut> twentyThousand = Collections.nCopies(20, output);

        assertThat(check(block(coinbase(200, twentyThousand.toArray(TxOut[]::new)))))
                .isEqualTo("valid");
        List<TxOut> oneMore = new ArrayList<>(twentyThousand);
        oneMore.add(new TxOut(0, Bytes.fromHex("ac")));
        assertThat(check(block(coinbase(200, oneMore.toArray(TxOut[]::new))))).isEqualTo("bad-blk-sigops");
    }

    @Test
    void sizeWithoutWitnessIsLimited() {
        Block large = block(coinbase(200, new TxOut(0, Bytes.wrap(new byte[999_850]))));
        Block tooLarge = block(
                coinbase(200, new TxOut(0, Bytes.wrap(new byte[500_000]))),
                Transaction.of(1, spend(1).inputs(), List.of(new TxOut(0, Bytes.wrap(new byte[500_000]))), 0));

        assertThat(large.strippedLength()).isBetween(999_900, 1_000_000);
        assertThat(check(large)).isEqualTo("valid");
        assertThat(check(tooLarge)).isEqualTo("bad-blk-length");
    }

    @Test
    void theCoinbaseStatesTheHeight() {
        assertThat(checkInContext(block(coinbase(200)))).isEqualTo("valid");
        assertThat(checkInContext(block(coinbase(201)))).isEqualTo("bad-cb-height");
        assertThat(reason(BlockRules.checkInContext(
                        block(coinbase(201)),
                        chain.tip(),
                        ChainParams.regtest(RegtestOptions.DEFAULT.withActivationHeight("bip34@201")))))
                .isEqualTo("valid");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 51",
        "16, 60",
        "17, 0111",
        "127, 017f",
        "128, 028000",
        "255, 02ff00",
        "256, 020001",
        "32767, 02ff7f",
        "32768, 03008000",
        "227931, 035b7a03",
        "8388608, 0400008000",
        "2147483647, 04ffffff7f"
    })
    void heightsArePushedAsNumbers(int height, String push) {
        assertThat(BlockRules.heightPush(height)).isEqualTo(Bytes.fromHex(push));
    }

    @Test
    void everyTransactionMustBeFinalAtTheMedianTime() {
        long median = chain.tip().medianTimePast();
        Transaction early = locked(median - 1);
        Transaction late = locked(median);

        assertThat(checkInContext(block(coinbase(200), early))).isEqualTo("valid");
        assertThat(checkInContext(block(coinbase(200), late))).isEqualTo("bad-txns-nonfinal");
        assertThat(reason(BlockRules.checkInContext(
                        block(coinbase(200), late),
                        chain.tip(),
                        ChainParams.regtest(RegtestOptions.DEFAULT.withActivationHeight("csv@201")))))
                .as("before BIP-0113 the block's own time counts")
                .isEqualTo("valid");
    }

    private static Transaction locked(long lockTime) {
        return Transaction.of(
                1,
                List.of(new TxIn(new OutPoint(Hash256.fromHex("22".repeat(32)), 0), Bytes.EMPTY, 0)),
                List.of(new TxOut(1, ANYONE)),
                (int) lockTime);
    }

    private static Transaction withWitness(int number, int bytes) {
        TxIn input = spend(number).inputs().getFirst().withWitness(List.of(Bytes.wrap(new byte[bytes])));
        return Transaction.of(2, List.of(input), spend(number).outputs(), 0);
    }

    private static Transaction committing(Hash256 commitment, List<Bytes> reserved) {
        Transaction plain = coinbase(
                200,
                new TxOut(0, BlockRules.witnessCommitmentScript(Hash256.ZERO)),
                new TxOut(0, BlockRules.witnessCommitmentScript(commitment)),
                new TxOut(50 * Money.COIN, ANYONE));
        TxIn input = plain.inputs().getFirst().withWitness(reserved);
        return Transaction.of(2, List.of(input), plain.outputs(), 0);
    }

    @Test
    void witnessesAreCommittedTo() {
        Transaction spend = withWitness(1, 10);
        Hash256 commitment = BlockRules.witnessCommitment(List.of(coinbase(200), spend), RESERVED);
        Block good = block(committing(commitment, List.of(RESERVED)), spend);

        assertThat(BlockRules.witnessCommitmentIndex(good))
                .as("the last one counts")
                .isEqualTo(1);
        assertThat(check(good)).isEqualTo("valid");
        assertThat(checkInContext(good)).isEqualTo("valid");
        assertThat(checkInContext(block(coinbase(200), spend))).isEqualTo("unexpected-witness");
        assertThat(checkInContext(block(committing(Hash256.ZERO, List.of(RESERVED)), spend)))
                .isEqualTo("bad-witness-merkle-match");
        assertThat(checkInContext(block(committing(commitment, List.of(RESERVED, RESERVED)), spend)))
                .isEqualTo("bad-witness-nonce-size");
        assertThat(checkInContext(block(committing(commitment, List.of()), spend)))
                .isEqualTo("bad-witness-nonce-size");
        assertThat(checkInContext(
                        Block.of(good.header(), List.of(good.transactions().getFirst(), withWitness(1, 11)))))
                .as("a changed witness leaves the block's hash")
                .isEqualTo("bad-witness-merkle-match");
        assertThat(reason(BlockRules.checkInContext(
                        good,
                        chain.tip(),
                        ChainParams.regtest(RegtestOptions.DEFAULT.withActivationHeight("segwit@201")))))
                .isEqualTo("unexpected-witness");
    }

    @Test
    void weightIsLimited() {
        Transaction spend = withWitness(1, 3_990_000);
        Transaction fatter = withWitness(1, 4_000_000);

        for (Transaction fat : List.of(spend, fatter)) {
            Hash256 commitment = BlockRules.witnessCommitment(List.of(coinbase(200), fat), RESERVED);
            Block block = block(committing(commitment, List.of(RESERVED)), fat);
            assertThat(check(block)).isEqualTo("valid");
            assertThat(checkInContext(block)).isEqualTo(fat == spend ? "valid" : "bad-blk-weight");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 5000000000",
        "209999, 5000000000",
        "210000, 2500000000",
        "420000, 1250000000",
        "6929999, 1",
        "6930000, 0",
        "13440000, 0",
    })
    void subsidyHalves(int height, long satoshis) {
        assertThat(BlockRules.subsidy(height, ChainParams.main())).isEqualTo(satoshis);
    }

    @Test
    void allSubsidiesTogetherStayBelowTwentyOneMillion() {
        long total = 0;
        for (int height = 0; height < 14_000_000; height += 1_000) {
            total += BlockRules.subsidy(height, ChainParams.main()) * 1_000;
        }

        assertThat(total).isEqualTo(2_099_999_997_690_000L);
    }

    @Test
    void theCoinbasePaysNoMoreThanSubsidyAndFees() {
        Transaction spend = spend(70);
        BlockAccounting accounting = new BlockAccounting(chain.tip(), REGTEST, true, true);
        Coin coin = new Coin(new TxOut(100, ANYONE), 10, false);

        assertThat(accounting.add(coinbase(200), List.of())).isNull();
        assertThat(accounting.add(spend, List.of(coin))).isNull();
        assertThat(accounting.fees()).isEqualTo(30);
        long allowed = 25 * Money.COIN + 30;
        assertThat(accounting.checkCoinbase(coinbase(200, new TxOut(allowed, ANYONE))))
                .isNull();
        assertThat(accounting.checkCoinbase(coinbase(200, new TxOut(allowed + 1, ANYONE))))
                .isEqualTo(Rejection.consensus(
                        "bad-cb-amount", "coinbase pays too much (actual=2500000031 vs limit=2500000030)"));
    }

    @Test
    void aBlockWithALockedInputIsRefused() {
        Transaction relative = Transaction.of(
                2, List.of(new TxIn(new OutPoint(Hash256.ZERO, 0), Bytes.EMPTY, 50)), List.of(new TxOut(1, ANYONE)), 0);
        BlockAccounting accounting = new BlockAccounting(chain.tip(), REGTEST, true, true);

        assertThat(accounting.add(relative, List.of(new Coin(new TxOut(1, ANYONE), 150, false))))
                .isNull();
        assertThat(reason(accounting.add(relative, List.of(new Coin(new TxOut(1, ANYONE), 151, false)))))
                .isEqualTo("bad-txns-nonfinal");
    }

    @Test
    void signatureOperationsOfSpentScriptsCountToo() {
        Bytes multisig = Bytes.fromHex("60ae"); // counts 16 in a redeem script
        Bytes redeem = Bytes.concat(Bytes.fromHex("02"), multisig);
        List<TxIn> inputs =
                Collections.nCopies(626, new TxIn(new OutPoint(Hash256.ZERO, 0), redeem, TxIn.SEQUENCE_FINAL));
        Coin coin = new Coin(new TxOut(1, new Address.ScriptHash(Bytes.wrap(new byte[20])).scriptPubKey()), 1, false);
        Transaction half = Transaction.of(1, inputs.subList(0, 625), List.of(new TxOut(1, ANYONE)), 0);
        BlockAccounting accounting = new BlockAccounting(chain.tip(), REGTEST, true, true);

        assertThat(accounting.add(half, Collections.nCopies(625, coin))).isNull();
        assertThat(accounting.sigOpsCost()).isEqualTo(40_000);
        assertThat(accounting.add(half, Collections.nCopies(625, coin))).isNull();
        assertThat(accounting.add(
                        Transaction.of(1, inputs.subList(0, 1), List.of(new TxOut(0, ANYONE)), 0), List.of(coin)))
                .isEqualTo(Rejection.consensus("bad-blk-sigops", "too many sigops"));
    }

    @Test
    void overwritesAreLookedForUnlessTheKnownChainRulesThemOut() {
        ChainParams main = ChainParams.main();
        Hash256 repeat = Hash256.fromHex("00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec");
        HeaderView before = new HeaderChain.Header(Hash256.ZERO, 91_841, 1, 0, 0, null);
        HeaderView bip34 = new HeaderChain.Header(main.heights().bip34Hash(), 227_931, 2, 0, 0, null);
        HeaderView other = new HeaderChain.Header(repeat, 227_931, 2, 0, 0, null);

        assertThat(BlockRules.mustCheckForOverwrites(91_842, repeat, before, main))
                .isFalse();
        assertThat(BlockRules.mustCheckForOverwrites(91_842, Hash256.ZERO, before, main))
                .isTrue();
        assertThat(BlockRules.mustCheckForOverwrites(227_932, Hash256.ZERO, bip34, main))
                .isFalse();
        assertThat(BlockRules.mustCheckForOverwrites(227_932, Hash256.ZERO, other, main))
                .as("another chain")
                .isTrue();
        assertThat(BlockRules.mustCheckForOverwrites(1_983_702, Hash256.ZERO, bip34, main))
                .isTrue();
        assertThat(BlockRules.mustCheckForOverwrites(200, Hash256.ZERO, chain.tip(), REGTEST))
                .isTrue();
    }

    @Test
    void scriptFlagsGrowWithTheSoftForks() {
        ChainParams main = ChainParams.main();
        int always = ScriptFlags.P2SH | ScriptFlags.WITNESS | ScriptFlags.TAPROOT;
        int exceptTaproot = ScriptFlags.CONSENSUS & ~ScriptFlags.TAPROOT;

        assertThat(BlockRules.scriptFlags(Hash256.ZERO, 1, main)).isEqualTo(always);
        assertThat(BlockRules.scriptFlags(Hash256.ZERO, 363_725, main)).isEqualTo(always | ScriptFlags.DERSIG);
        assertThat(BlockRules.scriptFlags(Hash256.ZERO, 481_823, main))
                .isEqualTo(ScriptFlags.CONSENSUS & ~ScriptFlags.NULLDUMMY);
        assertThat(BlockRules.scriptFlags(Hash256.ZERO, 481_824, main)).isEqualTo(ScriptFlags.CONSENSUS);
        assertThat(BlockRules.scriptFlags(
                        Hash256.fromHex("00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22"),
                        170_060,
                        main))
                .isEqualTo(ScriptFlags.NONE);
        assertThat(BlockRules.scriptFlags(
                        Hash256.fromHex("0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad"),
                        692_261,
                        main))
                .isEqualTo(exceptTaproot);
    }
}
