package org.starling.chain;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.crypto.MuHash3072;
import org.starling.crypto.Sha256;
import org.starling.world.KeyValueStore;

/**
 * Figures about all coins at one block, as {@code gettxoutsetinfo} gives them.
 *
 * @param block that the coins are at
 * @param outputs how many coins there are
 * @param transactions how many transactions they come from
 * @param bogoSize a measure of their size that depends on no database
 * @param totalAmount in satoshis
 * @param hash of the coins; zero if none was asked for
 */
public record CoinStatistics(
        BlockEntry block, long outputs, long transactions, long bogoSize, long totalAmount, Hash256 hash) {
    /** How the coins are hashed. */
    public enum HashType {
        NONE,
        /** SHA-256 twice over all coins in the order of their outpoints. */
        SERIALIZED_3,
        /** The order does not matter: it can be kept up to date coin by coin. */
        MUHASH
    }

    /** Bytes of a coin in {@link #bogoSize} beside its script: outpoint, height and coinbase bit, amount, length. */
    private static final int BOGO_FIXED_BYTES = 32 + 4 + 4 + 8 + 2;

    /** Flushes the chain and prepares the scan; the rest needs no validation thread. */
    public static Scan scan(Chain chain) {
        chain.flush();
        return new Scan(chain.tree().tip(), chain.store().keyValueStore().snapshot());
    }

    /** Flushes the chain and scans its coins, all on the calling thread. */
    public static CoinStatistics compute(Chain chain, HashType type) {
        try (Scan scan = scan(chain)) {
            return scan.run(type);
        }
    }

    /** The coins at one block, whatever the chain does meanwhile. To be used by one thread. Close it. */
    public static final class Scan implements AutoCloseable {
        private final BlockEntry block;
        private final KeyValueStore.Snapshot snapshot;

        private Scan(BlockEntry block, KeyValueStore.Snapshot snapshot) {
            this.block = block;
            this.snapshot = snapshot;
        }

        public BlockEntry block() {
            return block;
        }

        /** Receives coins. */
        @FunctionalInterface
        public interface Visitor {
            /** Returns false to end the scan. */
            boolean visit(OutPoint outPoint, Coin coin);
        }

        /** Visits all coins, those of a transaction together. */
        public void forEach(Visitor visitor) {
            snapshot.scan(
                    ChainStore.COINS,
                    (key, value) -> visitor.visit(ChainStore.outPoint(key), ChainStore.decodeCoin(key, value)));
        }

        public CoinStatistics run(HashType type) {
            Tally tally = new Tally(type);
            forEach(tally::add);
            return tally.result(block);
        }

        @Override
        public void close() {
            snapshot.close();
        }
    }

    private static final class Tally {
        private final MessageDigest digest = Sha256.newDigest();
        private final MuHash3072 muHash = new MuHash3072();
        private final HashType type;
        private final List<Map.Entry<OutPoint, Coin>> ofTransaction = new ArrayList<>();
        private Hash256 txid = Hash256.ZERO;
        private long outputs;
        private long transactions;
        private long bogoSize;
        private long totalAmount;

        Tally(HashType type) {
            this.type = type;
        }

        boolean add(OutPoint outPoint, Coin coin) {
            if (!outPoint.txid().equals(txid) || outputs == 0) {
                finishTransaction();
                txid = outPoint.txid();
                transactions++;
            }
            ofTransaction.add(Map.entry(outPoint, coin));
            outputs++;
            totalAmount += coin.output().value();
            bogoSize += bogoSize(coin.output().scriptPubKey());
            return true;
        }

        /** The store's order of indexes is not that of the numbers, which is what is hashed. */
        private void finishTransaction() {
            ofTransaction.sort(Comparator.comparing(entry -> Objects.requireNonNull(entry.getKey())));
            for (Map.Entry<OutPoint, Coin> entry : ofTransaction) {
                Bytes bytes = serialized(entry.getKey(), entry.getValue());
                switch (type) {
                    case NONE -> {}
                    case SERIALIZED_3 -> digest.update(bytes.sharedArray(), bytes.arrayOffset(), bytes.length());
                    case MUHASH -> muHash.add(bytes);
                }
            }
            ofTransaction.clear();
        }

        CoinStatistics result(BlockEntry block) {
            finishTransaction();
            Hash256 hash = switch (type) {
                case NONE -> Hash256.ZERO;
                case SERIALIZED_3 -> Sha256.once(Bytes.wrap(digest.digest()));
                case MUHASH -> muHash.hash();
            };
            return new CoinStatistics(block, outputs, transactions, bogoSize, totalAmount, hash);
        }
    }

    /** What a coin with that script counts for in {@link #bogoSize}. */
    public static long bogoSize(Bytes script) {
        return BOGO_FIXED_BYTES + script.length();
    }

    /** A coin as it is hashed: outpoint, height doubled plus the coinbase bit, amount, script. */
    public static Bytes serialized(OutPoint outPoint, Coin coin) {
        ByteWriter writer = new ByteWriter(96);
        outPoint.write(writer);
        writer.i32(coin.height() << 1 | (coin.coinbase() ? 1 : 0));
        coin.output().write(writer);
        return writer.toBytes();
    }
}
