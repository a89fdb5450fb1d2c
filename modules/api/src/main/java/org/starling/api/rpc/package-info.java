/** JSON-RPC over HTTP with the methods, results and errors of Bitcoin Core 28. */
@NullMarked
package org.starling.api.rpc;

import org.jspecify.annotations.NullMarked;
