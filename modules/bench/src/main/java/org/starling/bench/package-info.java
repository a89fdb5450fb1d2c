/** Benchmarks, of small things by JMH and of whole processes. */
@NullMarked
package org.starling.bench;

import org.jspecify.annotations.NullMarked;
