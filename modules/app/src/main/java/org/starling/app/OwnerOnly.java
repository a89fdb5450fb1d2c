package org.starling.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Keeps files from other users of the machine, where it has a notion of that. */
final class OwnerOnly {
    private OwnerOnly() {}

    static void file(Path file) throws IOException {
        restrict(file, "rw-------");
    }

    static void folder(Path folder) throws IOException {
        restrict(folder, "rwx------");
    }

    private static void restrict(Path path, String permissions) throws IOException {
        if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }
}
