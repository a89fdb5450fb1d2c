/** Wires the services of a node together; the embedding API. */
@NullMarked
package org.starling.node;

import org.jspecify.annotations.NullMarked;
