/** Notifications by ZeroMQ ({@code -zmqpub…}), in the form of Bitcoin Core. */
@NullMarked
package org.starling.api.zmq;

import org.jspecify.annotations.NullMarked;
