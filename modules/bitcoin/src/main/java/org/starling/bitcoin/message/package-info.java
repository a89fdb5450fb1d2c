/** The messages of Bitcoin's protocol, version 70016: records that read and write themselves. */
@NullMarked
package org.starling.bitcoin.message;

import org.jspecify.annotations.NullMarked;
