/** The edge in the real world: RocksDB, files, threads, sockets. */
@NullMarked
package org.starling.platform;

import org.jspecify.annotations.NullMarked;
