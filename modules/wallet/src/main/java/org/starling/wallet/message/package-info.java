/** Signed texts, by which somebody shows to hold the keys of an address: the old form, and BIP-0322. */
@NullMarked
package org.starling.wallet.message;

import org.jspecify.annotations.NullMarked;
