/** Script: the interpreter, signature hashes, witness programs, Taproot, sigop counts. */
@NullMarked
package org.starling.consensus.script;

import org.jspecify.annotations.NullMarked;
