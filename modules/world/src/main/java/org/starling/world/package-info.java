/** The edge as interfaces: clock, randomness, network, storage, workers. */
@NullMarked
package org.starling.world;

import org.jspecify.annotations.NullMarked;
