package org.starling.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that holds all files of a node, with a folder inside for every chain but main. It is marked by a small
 * file, so that nothing is ever written into the folder of another program.
 *
 * @param root what {@code -datadir} names
 * @param chain the chain's folder, the root itself for main
 */
record DataDirectory(Path root, Path chain) {
    private static final String MARK = ".starling";
    private static final String WALLETS = "wallets";
    private static final String MARK_TEXT = "This folder belongs to a Starling node.\n";

    /** Things that Bitcoin Core leaves in the folder of a chain and Starling never makes. */
    private static final List<String> FOREIGN = List.of(
            "chainstate/CURRENT", "blocks/index/CURRENT", "wallet.dat", "wallets/wallet.dat", "fee_estimates.dat");

    /** Where the settings point to; a folder that {@code -datadir} names must be there. */
    static Path rootOf(Settings settings) throws UsageException {
        String given = settings.text("datadir", "");
        if (given.isEmpty()) {
            return Path.of(System.getProperty("user.home"), ".starling");
        }
        Path root = Path.of(given).toAbsolutePath().normalize();
        if (!Files.isDirectory(root)) {
            throw new UsageException("Specified data directory \"" + given + "\" does not exist.");
        }
        return root;
    }

    static DataDirectory of(Path root, String section) {
        String folder = Chains.folderOf(section);
        return new DataDirectory(root, folder.isEmpty() ? root : root.resolve(folder));
    }

    /** Makes the folder if it is not there, and marks it. Throws if it is another program's or cannot be written. */
    void claim() throws UsageException {
        try {
            boolean fresh = !Files.exists(chain);
            Files.createDirectories(chain);
            if (fresh) {
                OwnerOnly.folder(chain);
            }
            Path mark = chain.resolve(MARK);
            if (!Files.exists(mark)) {
                refuseForeign();
                if (!Files.exists(chain.resolve("blocks"))) {
                    OwnerOnly.folder(Files.createDirectories(chain.resolve(WALLETS)));
                }
                Files.writeString(mark, MARK_TEXT);
            }
        } catch (IOException e) {
            throw new UsageException("Cannot write to data directory '" + chain + "'; check permissions. ("
                    + e.getClass().getSimpleName() + ": " + e.getMessage() + ")");
        }
    }

    /** Where wallets are: beside the chain if the folder for them was taken away, as with Bitcoin Core. */
    Path wallets() {
        Path folder = chain.resolve(WALLETS);
        return Files.isDirectory(folder) ? folder : chain;
    }

    private void refuseForeign() throws UsageException, IOException {
        for (String name : FOREIGN) {
            if (Files.exists(chain.resolve(name)) && !isOfRocksDb(folderOf(name))) {
                throw new UsageException("The data directory '" + chain + "' belongs to Bitcoin Core (it has " + name
                        + "). Give Starling a folder of its own with -datadir; the blocks can be read with"
                        + " starling import.");
            }
        }
    }

    private Path folderOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? chain : chain.resolve(name.substring(0, slash));
    }

    // LevelDB, which Bitcoin Core uses, keeps no options in its folder.
    private static boolean isOfRocksDb(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("OPTIONS-"));
        }
    }

    /** A file that an option names, relative to the chain's folder. */
    Path file(Settings settings, String option, String byDefault) {
        return chain.resolve(settings.text(option, byDefault));
    }
}
