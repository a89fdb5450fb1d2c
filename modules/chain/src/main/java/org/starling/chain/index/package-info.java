/** Indexes that follow the active chain: transactions, block filters, figures about the coins. */
@NullMarked
package org.starling.chain.index;

import org.jspecify.annotations.NullMarked;
