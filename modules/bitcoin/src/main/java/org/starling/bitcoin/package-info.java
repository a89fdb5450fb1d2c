/** Bitcoin's protocol between nodes: handshake, synchronisation, relay. Sans-I/O. */
@NullMarked
package org.starling.bitcoin;

import org.jspecify.annotations.NullMarked;
