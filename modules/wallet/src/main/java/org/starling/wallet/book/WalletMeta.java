package org.starling.wallet.book;

import java.util.EnumSet;
import java.util.Set;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;

/** What a wallet's file says of itself: its format, its network, its flags, its birth. */
final class WalletMeta {
    private static final int FORMAT = 1;
    private static final int MAGIC_BYTES = 4;

    private final EnumSet<WalletFlag> flags = EnumSet.noneOf(WalletFlag.class);
    private final long birth;
    private final ChainParams chain;

    WalletMeta(Set<WalletFlag> flags, long birth, ChainParams chain) {
        this.flags.addAll(flags);
        this.birth = birth;
        this.chain = chain;
    }

    static WalletMeta load(KeyValueStore store, ChainParams chain) {
        byte[] value = store.get(WalletRecords.key(WalletRecords.META));
        if (value == null) {
            throw new WalletException(Kind.INVALID_DATA, "The wallet's file is empty: its making was interrupted");
        }
        try {
            ByteReader reader = new ByteReader(value);
            int format = reader.u8();
            if (format != FORMAT) {
                throw new WalletException(
                        Kind.INVALID_DATA, "The wallet has the format " + format + " of a newer Starling");
            }
            long bits = reader.i64();
            long birth = reader.i64();
            if (!reader.bytes(MAGIC_BYTES).equals(chain.magic())) {
                throw new WalletException(
                        Kind.INVALID_DATA, "The wallet belongs to another network than the one that this node is on");
            }
            EnumSet<WalletFlag> flags = EnumSet.noneOf(WalletFlag.class);
            for (WalletFlag flag : WalletFlag.values()) {
                if ((bits & flag.mask()) != 0) {
                    flags.add(flag);
                }
            }
            return new WalletMeta(flags, birth, chain);
        } catch (MalformedException e) {
            throw WalletRecords.damaged("what it says of itself", e);
        }
    }

    void save(Batch batch) {
        long bits = 0;
        for (WalletFlag flag : flags) {
            bits |= flag.mask();
        }
        ByteWriter writer = new ByteWriter(32).u8(FORMAT).i64(bits).i64(birth).bytes(chain.magic());
        batch.put(WalletRecords.key(WalletRecords.META), writer.toArray());
    }

    boolean is(WalletFlag flag) {
        return flags.contains(flag);
    }

    /** Whether that changed anything. */
    boolean set(WalletFlag flag, boolean on) {
        return on ? flags.add(flag) : flags.remove(flag);
    }
}
