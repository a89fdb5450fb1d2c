/** Byte reader and writer, hashes as value types, hex, base58, bech32. */
@NullMarked
package org.starling.bytes;

import org.jspecify.annotations.NullMarked;
