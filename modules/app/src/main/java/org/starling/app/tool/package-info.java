/** {@code ./starling tool}: checks of transactions, scripts and blocks offline, for people who debug them. */
@NullMarked
package org.starling.app.tool;

import org.jspecify.annotations.NullMarked;
