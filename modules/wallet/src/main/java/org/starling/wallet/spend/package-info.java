/** Spending from a wallet: which coins, which fee, where the change goes. */
@org.jspecify.annotations.NullMarked
package org.starling.wallet.spend;
