package org.starling.world;

import java.util.List;
import java.util.function.Consumer;
import org.starling.bytes.Bytes;

/**
 * Datagrams (UDP) to and from other machines. They may be lost, doubled and overtake each other, and anybody may have sent
 * them in another's name. Methods return at once.
 */
public interface Datagrams {
    /** Longest content of a datagram, in bytes. */
    int MAX_BYTES = 65_507;

    /** What arrived. */
    record Datagram(Endpoint from, Bytes data) {}

    /** An open port. */
    interface Port {
        Endpoint local();

        /** Sends, or drops it if the system cannot take it now. */
        void send(Endpoint to, Bytes data);

        /** Lets the next datagram in. Until then the system keeps a few and drops the rest, so that memory is bounded. */
        void read();

        /** Closes the port. Nothing more arrives. */
        void close();
    }

    /**
     * Opens a port.
     *
     * @param local our address; port 0 leaves the port to the system
     * @param sink is told of each datagram, from any thread
     * @throws NetworkException if that address cannot be used
     */
    Port open(Endpoint local, Consumer<Datagram> sink) throws NetworkException;

    /**
     * The address of ours, with port 0, from which the system would send there.
     *
     * @throws NetworkException if there is no way there
     */
    Endpoint localFor(Endpoint remote) throws NetworkException;

    /** The routers to which this machine sends what is for elsewhere; 4 or 16 bytes each, none if that is not known. */
    List<Bytes> gateways();

    /** A machine without datagrams. */
    Datagrams NONE = new Datagrams() {
        @Override
        public Port open(Endpoint local, Consumer<Datagram> sink) throws NetworkException {
            throw new NetworkException("This world has no datagrams.");
        }

        @Override
        public Endpoint localFor(Endpoint remote) throws NetworkException {
            throw new NetworkException("This world has no datagrams.");
        }

        @Override
        public List<Bytes> gateways() {
            return List.of();
        }
    };
}
