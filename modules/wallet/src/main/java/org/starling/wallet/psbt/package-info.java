/** Partially signed transactions: the format (BIP-0174, BIP-0370, BIP-0371, BIP-0373) and what each role does with it. */
@NullMarked
package org.starling.wallet.psbt;

import org.jspecify.annotations.NullMarked;
