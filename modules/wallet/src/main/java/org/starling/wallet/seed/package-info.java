/** The words from which a wallet's keys follow (BIP-0039). */
@org.jspecify.annotations.NullMarked
package org.starling.wallet.seed;
