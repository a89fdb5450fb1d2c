package org.starling.api.rpc;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.starling.api.metrics.NodeMetrics;
import org.starling.api.zmq.Publication;

/** The process around the node, as far as the RPC can ask it for something. */
public interface RpcHost extends NodeMetrics.Host {
    /** Begins to stop the process and returns at once. */
    void stop();

    /** Whether the process is about to stop. */
    boolean isStopping();

    /** Absolute path of the log file, empty if there is none. */
    String logPath();

    /** Names of the log categories. */
    List<String> logCategories();

    /** Whether a category is logged in detail. */
    boolean isLogged(String category);

    /** Switches a category on or off. */
    void setLogged(String category, boolean on);

    /** Absolute path of the file that keeps the mempool. */
    String mempoolPath();

    /** The whole file at a path, relative to the data directory. */
    byte[] readFile(String path) throws IOException;

    /** Notes whether the wallet is to be loaded at each start; empty to leave that as it is. */
    void loadOnStart(String wallet, Optional<Boolean> load);

    /** Fills the array with bytes that nobody can guess. */
    void randomBytes(byte[] bytes);

    /** What is published by ZeroMQ. */
    List<Publication> publications();

    /** Ends the waiting of a thread for that long; cut short when the process stops. */
    void pause(long millis);
}
