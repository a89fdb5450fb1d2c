package org.starling.consensus;

import java.util.HashMap;
import java.util.Map;
import org.starling.bytes.Hash256;

/**
 * What tests may change about regtest.
 *
 * @param heights first heights of the buried soft forks ({@code -testactivationheight})
 * @param deployments overrides of version-bits deployments by name ({@code -vbparams})
 * @param fastPrune whether pruning may begin at height 100 ({@code -fastprune})
 * @param enforceBip94 whether BIP-0094 holds, as it does in Core 28
 */
public record RegtestOptions(
        ChainParams.Heights heights,
        Map<String, ChainParams.Deployment> deployments,
        boolean fastPrune,
        boolean enforceBip94) {
    public static final RegtestOptions DEFAULT =
            new RegtestOptions(new ChainParams.Heights(1, Hash256.ZERO, 1, 1, 1, 0), Map.of(), false, true);

    public RegtestOptions {
        deployments = Map.copyOf(deployments);
    }

    public RegtestOptions withFastPrune(boolean fast) {
        return new RegtestOptions(heights, deployments, fast, enforceBip94);
    }

    public RegtestOptions withEnforceBip94(boolean enforce) {
        return new RegtestOptions(heights, deployments, fastPrune, enforce);
    }

    /**
     * Takes the value of a {@code -testactivationheight=name@height}, the name being segwit, bip34, dersig, cltv or csv.
     * Throws {@link IllegalArgumentException}, with a message for the user, if it is malformed.
     */
    public RegtestOptions withActivationHeight(String argument) {
        int at = argument.indexOf('@');
        if (at < 0) {
            throw new IllegalArgumentException(
                    "Invalid format (" + argument + ") for -testactivationheight=name@height.");
        }
        long height = parse(argument.substring(at + 1), -1);
        if (height < 0 || height >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "Invalid height value (" + argument + ") for -testactivationheight=name@height.");
        }
        int h = (int) height;
        ChainParams.Heights now = heights;
        ChainParams.Heights changed = switch (argument.substring(0, at)) {
            case "bip34" ->
                new ChainParams.Heights(h, now.bip34Hash(), now.bip65(), now.bip66(), now.csv(), now.segwit());
            case "cltv" ->
                new ChainParams.Heights(now.bip34(), now.bip34Hash(), h, now.bip66(), now.csv(), now.segwit());
            case "dersig" ->
                new ChainParams.Heights(now.bip34(), now.bip34Hash(), now.bip65(), h, now.csv(), now.segwit());
            case "csv" ->
                new ChainParams.Heights(now.bip34(), now.bip34Hash(), now.bip65(), now.bip66(), h, now.segwit());
            case "segwit" ->
                new ChainParams.Heights(now.bip34(), now.bip34Hash(), now.bip65(), now.bip66(), now.csv(), h);
            default ->
                throw new IllegalArgumentException(
                        "Invalid name (" + argument + ") for -testactivationheight=name@height.");
        };
        return new RegtestOptions(changed, deployments, fastPrune, enforceBip94);
    }

    /**
     * Takes the value of a {@code -vbparams=deployment:start:end[:min_activation_height]}. Throws
     * {@link IllegalArgumentException}, with a message for the user, if it is malformed.
     */
    public RegtestOptions withVersionBits(String argument) {
        String[] parts = argument.split(":", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw new IllegalArgumentException(
                    "Version bits parameters malformed, expecting" + " deployment:start:end[:min_activation_height]");
        }
        long start = number(parts[1], "Invalid nStartTime (");
        long timeout = number(parts[2], "Invalid nTimeout (");
        long minActivationHeight = parts.length > 3 ? number(parts[3], "Invalid min_activation_height (") : 0;
        if (minActivationHeight != (int) minActivationHeight) {
            throw new IllegalArgumentException("Invalid min_activation_height (" + parts[3] + ")");
        }
        int bit = switch (parts[0]) {
            case ChainParams.Deployment.TESTDUMMY -> KnownChains.TESTDUMMY_BIT;
            case ChainParams.Deployment.TAPROOT -> KnownChains.TAPROOT_BIT;
            default -> throw new IllegalArgumentException("Invalid deployment (" + parts[0] + ")");
        };
        Map<String, ChainParams.Deployment> changed = new HashMap<>(deployments);
        changed.put(parts[0], new ChainParams.Deployment(parts[0], bit, start, timeout, (int) minActivationHeight));
        return new RegtestOptions(heights, changed, fastPrune, enforceBip94);
    }

    private static long number(String text, String complaint) {
        if (!text.matches("-?[0-9]{1,18}|9223372036854775807")) {
            throw new IllegalArgumentException(complaint + text + ")");
        }
        return Long.parseLong(text);
    }

    private static long parse(String digits, long otherwise) {
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : otherwise;
    }
}
