/** What every peer protocol needs: transports, links and their slots, addresses and their book, limits. */
@NullMarked
package org.starling.engine;

import org.jspecify.annotations.NullMarked;
