package org.starling.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;

/**
 * Loads libsecp256k1 out of the class path. The library is copied into a directory of this process alone (so several
 * processes never share a half-written file), loaded, and deleted at once where the system allows it.
 */
final class NativeLibrary {
    private static final String ROOT = "/fr/acinq/secp256k1/jni/native/";

    private NativeLibrary() {}

    static SymbolLookup load() {
        String resource = ROOT + resourceName(property("os.name"), property("os.arch"));
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError(
                "could not load libsecp256k1; set -Djava.io.tmpdir to a directory from which code may be loaded");
        for (Path parent : List.of(Path.of(property("java.io.tmpdir")), Path.of(property("user.home")))) {
            try {
                return loadFrom(resource, parent);
            } catch (IOException | IllegalArgumentException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    /** Where in the jars the library for this system lies. */
    static String resourceName(String system, String architecture) {
        String name = system.toLowerCase(Locale.ROOT);
        boolean arm = architecture.equals("aarch64") || architecture.equals("arm64");
        boolean intel = architecture.equals("amd64") || architecture.equals("x86_64");
        if (name.contains("linux") && (arm || intel)) {
            return (arm ? "linux-aarch64" : "linux-x86_64") + "/libsecp256k1-jni.so";
        }
        if (name.contains("mac") && (arm || intel)) {
            return "darwin/libsecp256k1-jni.dylib";
        }
        if (name.contains("windows") && intel) {
            return "mingw-x86_64/secp256k1-jni.dll";
        }
        throw new UnsatisfiedLinkError("no libsecp256k1 for " + system + " on " + architecture
                + "; Starling runs on Linux and macOS (x86-64, ARM64) and Windows (x86-64)");
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup loadFrom(String resource, Path parent) throws IOException {
        Path directory = Files.createTempDirectory(parent, "starling-", onlyOwner());
        Path file = directory.resolve(resource.substring(resource.lastIndexOf('/') + 1));
        try {
            try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IOException("not on the class path: " + resource);
                }
                Files.copy(in, file);
            }
            return SymbolLookup.libraryLookup(file, Arena.global());
        } finally {
            // Linux and macOS keep a loaded file alive without its name. Windows refuses; there it goes at exit, or
            // stays.
            if (!file.toFile().delete() || !directory.toFile().delete()) {
                directory.toFile().deleteOnExit();
                file.toFile().deleteOnExit();
            }
        }
    }

    private static FileAttribute<?>[] onlyOwner() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static String property(String name) {
        return System.getProperty(name, "");
    }
}
