/** The program: its command line, configuration files and demo. */
@NullMarked
package org.starling.app;

import org.jspecify.annotations.NullMarked;
