/** Digests, ciphers, and libsecp256k1 through the FFM API. */
@NullMarked
package org.starling.crypto;

import org.jspecify.annotations.NullMarked;
