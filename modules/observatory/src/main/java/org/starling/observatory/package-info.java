/** Figures that tell how decentralized the network is, as far as one node can see it. */
@NullMarked
package org.starling.observatory;

import org.jspecify.annotations.NullMarked;
