package org.starling.consensus.script;

/** Which rules a script runs under. */
enum SigVersion {
    /** Scripts in outputs and inputs, and P2SH redeem scripts. */
    BASE,
    /** Witness version 0 (BIP-0143). */
    WITNESS_V0,
    /** Taproot leaves of version 0xc0 (BIP-0342). */
    TAPSCRIPT
}
