/** A simulated world in which production nodes run in one thread, from one seed. */
@NullMarked
package org.starling.simulator;

import org.jspecify.annotations.NullMarked;
