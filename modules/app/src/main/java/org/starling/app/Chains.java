package org.starling.app;

import java.util.List;

/** The chain that the settings ask for, by the name of its section in a configuration file. */
final class Chains {
    private static final List<String> NAMES = List.of("main", "test", "testnet4", "signet", "regtest");

    private Chains() {}

    /** One of main, test, testnet4, signet, regtest. */
    static String sectionOf(Settings settings) throws UsageException {
        boolean regtest = settings.flag("regtest", false);
        boolean signet = settings.flag("signet", false);
        boolean testnet = settings.flag("testnet", false);
        boolean testnet4 = settings.flag("testnet4", false);
        boolean named = settings.isSet("chain");
        int given = (regtest ? 1 : 0) + (signet ? 1 : 0) + (testnet ? 1 : 0) + (testnet4 ? 1 : 0) + (named ? 1 : 0);
        if (given > 1) {
            throw new UsageException(
                    "Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most one.");
        }
        if (named) {
            String name = settings.text("chain", "main");
            if (!NAMES.contains(name)) {
                throw new UsageException("Unknown chain " + name + ".");
            }
            return name;
        }
        return regtest ? "regtest" : signet ? "signet" : testnet ? "test" : testnet4 ? "testnet4" : "main";
    }

    /** The folder of that chain's files inside the data directory, empty for main. */
    static String folderOf(String section) {
        return switch (section) {
            case "main" -> "";
            case "test" -> "testnet3";
            default -> section;
        };
    }

    static int rpcPortOf(String section) {
        return switch (section) {
            case "main" -> 8332;
            case "test" -> 18332;
            case "testnet4" -> 48332;
            case "signet" -> 38332;
            default -> 18443;
        };
    }
}
