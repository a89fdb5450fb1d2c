/** The demo: a small network on one machine that tells its story and checks every claim it makes. */
@NullMarked
package org.starling.app.demo;

import org.jspecify.annotations.NullMarked;
