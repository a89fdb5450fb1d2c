package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.OutputType;

/** The descriptors of a seed, at the places where every wallet looks: BIP-0044, 0049, 0084 and 0086, account 0. */
final class SeedKeychains {
    private SeedKeychains() {}

    /** A descriptor with private keys, and for what it is. */
    record Made(Descriptor descriptor, OutputType type, boolean internal) {}

    static List<Made> of(Bytes seed, ChainParams chain) throws DescriptorException {
        ExtendedKey master = ExtendedKey.ofSeed(seed)
                .orElseThrow(() -> new IllegalStateException("these words give no key; there are no such words known"));
        List<Made> made = new ArrayList<>();
        for (OutputType type : OutputType.values()) {
            for (boolean internal : new boolean[] {false, true}) {
                made.add(new Made(descriptor(master, chain, type, internal), type, internal));
            }
        }
        return made;
    }

    /** The descriptor of one kind of addresses that follow from a master key. */
    static Descriptor descriptor(ExtendedKey master, ChainParams chain, OutputType type, boolean internal)
            throws DescriptorException {
        int coin = chain.type() == ChainType.MAIN ? 0 : 1;
        String root = master.encode(chain.prefixes());
        String key = root + "/" + purpose(type) + "h/" + coin + "h/0h/" + (internal ? 1 : 0) + "/*";
        return Descriptor.parse(text(type, key), chain.prefixes(), false).getFirst();
    }

    private static int purpose(OutputType type) {
        return switch (type) {
            case LEGACY -> 44;
            case P2SH_SEGWIT -> 49;
            case BECH32 -> 84;
            case BECH32M -> 86;
        };
    }

    private static String text(OutputType type, String key) {
        return switch (type) {
            case LEGACY -> "pkh(" + key + ")";
            case P2SH_SEGWIT -> "sh(wpkh(" + key + "))";
            case BECH32 -> "wpkh(" + key + ")";
            case BECH32M -> "tr(" + key + ")";
        };
    }
}
