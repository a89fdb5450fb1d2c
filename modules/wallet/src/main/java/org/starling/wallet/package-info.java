/** Keys and output descriptors. */
@NullMarked
package org.starling.wallet;

import org.jspecify.annotations.NullMarked;
