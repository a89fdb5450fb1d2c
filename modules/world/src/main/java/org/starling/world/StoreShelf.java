package org.starling.world;

import java.util.List;

/**
 * Stores that people know by name and carry about as one file each: wallets. A name is a relative path with {@code /}; the
 * empty name is one of them. Every method throws {@link StorageException}, with a sentence for people, if the disk fails.
 */
public interface StoreShelf {
    /** Names of the stores that there are, sorted. */
    List<String> names();

    boolean exists(String name);

    /** The path of the store's folder as the people of this machine find it. */
    String place(String name);

    /** Whether there is anything at the path of a backup. */
    boolean isBackup(String path);

    /** Opens a store that exists. Fails if it is open already, here or in another process, or is none of ours. */
    KeyValueStore open(String name);

    /** Makes an empty store. Fails if there is one of that name. */
    KeyValueStore create(String name);

    /** Removes a store that is not open. */
    void delete(String name);

    /** Copies an open store, as it is at this moment, to a file that the people of this machine name. */
    void backup(KeyValueStore open, String path);

    /** Makes a store from a backup. Fails if there is one of that name, or the file is no such copy. */
    void restore(String name, String path);
}
