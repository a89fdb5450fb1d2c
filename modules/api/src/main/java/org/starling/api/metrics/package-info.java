/** Figures about a running node in the text format that Prometheus reads, version 0.0.4. */
@NullMarked
package org.starling.api.metrics;

import org.jspecify.annotations.NullMarked;
