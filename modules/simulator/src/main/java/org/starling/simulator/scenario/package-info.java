/** Stories that are played in a simulated world, what is measured in them, and what must hold all the while. */
@NullMarked
package org.starling.simulator.scenario;

import org.jspecify.annotations.NullMarked;
