/** The live page on a local web server, kept current by an event stream. */
@NullMarked
package org.starling.api.page;

import org.jspecify.annotations.NullMarked;
