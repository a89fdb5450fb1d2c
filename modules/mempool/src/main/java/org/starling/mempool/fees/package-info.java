/** What feerate confirms how soon, learnt from what confirmed. */
@NullMarked
package org.starling.mempool.fees;

import org.jspecify.annotations.NullMarked;
