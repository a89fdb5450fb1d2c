/** Regtest nodes for tests: annotate a parameter or field with {@link org.starling.junit.RegtestNode}. */
@NullMarked
package org.starling.junit;

import org.jspecify.annotations.NullMarked;
