package org.starling.bitcoin;

import org.starling.bitcoin.message.FilterLoad;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptReader;

/** A Bloom filter that a peer has set, as BIP-0037 describes it: it may seem to hold what it does not. */
final class BloomFilter {
    /** Flags of the filter in {@link FilterLoad#flags}. */
    private static final int UPDATE_MASK = 3;

    private static final int UPDATE_ALL = 1;
    private static final int UPDATE_PUBKEY_ONLY = 2;

    /** Apart by so much are the seeds of the hash functions. */
    private static final int SEED_STEP = 0xfba4c795;

    private final byte[] bits;
    private final int hashFunctions;
    private final int tweak;
    private final int flags;

    private BloomFilter(byte[] bits, int hashFunctions, int tweak, int flags) {
        this.bits = bits;
        this.hashFunctions = hashFunctions;
        this.tweak = tweak;
        this.flags = flags;
    }

    /** Whether the filter is not larger than BIP-0037 allows. */
    static boolean isAllowed(FilterLoad load) {
        return load.bits().length() <= BitcoinLimits.BLOOM_FILTER_BYTES
                && load.hashFunctions() <= BitcoinLimits.BLOOM_HASH_FUNCTIONS;
    }

    /** The filter of a message that {@link #isAllowed}. */
    static BloomFilter of(FilterLoad load) {
        return new BloomFilter(load.bits().toArray(), (int) load.hashFunctions(), load.tweak(), load.flags());
    }

    void add(Bytes element) {
        for (int i = 0; i < hashFunctions && bits.length > 0; i++) {
            int bit = bit(i, element);
            bits[bit >>> 3] |= (byte) (1 << (bit & 7));
        }
    }

    boolean contains(Bytes element) {
        // A filter without bits is taken to hold everything.
        for (int i = 0; i < hashFunctions && bits.length > 0; i++) {
            int bit = bit(i, element);
            if ((bits[bit >>> 3] >>> (bit & 7) & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private int bit(int function, Bytes element) {
        return Integer.remainderUnsigned(MurmurHash3.hash(function * SEED_STEP + tweak, element), bits.length * 8);
    }

    private boolean contains(OutPoint outPoint) {
        return contains(bytes(outPoint));
    }

    private static Bytes bytes(OutPoint outPoint) {
        ByteWriter writer = new ByteWriter(OutPoint.BYTES);
        outPoint.write(writer);
        return writer.toBytes();
    }

    /**
     * Whether the peer wants the transaction: the filter seems to hold its txid, something that an output or an input
     * script pushes, or an outpoint that it spends. Outputs that match are added if the peer asked for it, so that what
     * spends them will match too.
     */
    boolean matches(Transaction transaction) {
        if (bits.length == 0) {
            return true;
        }
        Hash256 txid = transaction.txid();
        boolean found = contains(txid.toBytes());
        for (int i = 0; i < transaction.outputs().size(); i++) {
            TxOut output = transaction.outputs().get(i);
            if (holdsPushOf(output.scriptPubKey())) {
                found = true;
                if (addsOutpoint(output.scriptPubKey())) {
                    add(bytes(transaction.outPoint(i)));
                }
            }
        }
        if (found) {
            return true;
        }
        for (TxIn input : transaction.inputs()) {
            if (contains(input.previous()) || holdsPushOf(input.scriptSig())) {
                return true;
            }
        }
        return false;
    }

    private boolean addsOutpoint(Bytes script) {
        return switch (flags & UPDATE_MASK) {
            case UPDATE_ALL -> true;
            case UPDATE_PUBKEY_ONLY -> {
                OutputScript.Type type = OutputScript.of(script).type();
                yield type == OutputScript.Type.PUBKEY || type == OutputScript.Type.MULTISIG;
            }
            default -> false;
        };
    }

    private boolean holdsPushOf(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext() && reader.next() >= 0) {
            if (reader.dataLength() > 0 && contains(reader.data())) {
                return true;
            }
        }
        return false;
    }
}
