/** Header tree, block files, coins, reorganisation. */
@NullMarked
package org.starling.chain;

import org.jspecify.annotations.NullMarked;
