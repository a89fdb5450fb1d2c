package org.starling.consensus.script;

/** Hash types: what of a transaction a signature signs. */
public final class Sighash {
    /** All, in Taproot only, where it takes no byte (BIP-0341). */
    public static final int DEFAULT = 0;

    public static final int ALL = 1;
    public static final int NONE = 2;
    public static final int SINGLE = 3;
    public static final int ANYONECANPAY = 0x80;

    /** The bits that say which outputs are signed, before Taproot. */
    static final int OUTPUT_MASK = 0x1f;

    private Sighash() {}
}
