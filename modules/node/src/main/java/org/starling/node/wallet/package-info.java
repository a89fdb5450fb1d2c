/** The wallets of a node: told what chain and mempool do, and heard when they pay. */
@org.jspecify.annotations.NullMarked
package org.starling.node.wallet;
