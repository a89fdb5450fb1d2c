/** A node within a JVM program: start with {@link org.starling.embed.Node#start}. */
@NullMarked
package org.starling.embed;

import org.jspecify.annotations.NullMarked;
