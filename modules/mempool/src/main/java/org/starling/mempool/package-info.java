/** Policy, the transactions that wait for a block, block templates. */
@NullMarked
package org.starling.mempool;

import org.jspecify.annotations.NullMarked;
