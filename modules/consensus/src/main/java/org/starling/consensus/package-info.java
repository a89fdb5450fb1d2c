/** Transactions, blocks, script, rules, chain parameters: pure functions. */
@NullMarked
package org.starling.consensus;

import org.jspecify.annotations.NullMarked;
