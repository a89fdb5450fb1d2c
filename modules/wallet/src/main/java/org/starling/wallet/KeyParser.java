package org.starling.wallet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.WalletImportFormat;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.SecretKeys;
import org.starling.wallet.DescriptorParser.Place;
import org.starling.wallet.KeyExpression.Wildcard;

/** Reads the keys in descriptors: in hex, as WIF, or extended with a path, each with its origin if that is given. */
final class KeyParser {
    private final AddressPrefixes prefixes;

    KeyParser(AddressPrefixes prefixes) {
        this.prefixes = prefixes;
    }

    KeyExpression parse(String text, Place place) throws DescriptorException {
        if (text.startsWith(MusigParser.OPENING)) {
            return new KeyExpression(null, "", new MusigParser(this).parse(text, place));
        }
        String[] parts = text.split("]", -1);
        if (parts.length > 2) {
            throw new DescriptorException("Multiple ']' characters found for a single pubkey");
        }
        if (parts.length == 1) {
            return new KeyExpression(null, "", source(text, place));
        }
        if (!parts[0].startsWith("[")) {
            throw new DescriptorException("Key origin start '[ character expected but not found, got '"
                    + (parts[0].isEmpty() ? ']' : parts[0].charAt(0)) + "' instead");
        }
        String[] steps = parts[0].substring(1).split("/", -1);
        if (steps[0].length() != 8) {
            throw new DescriptorException(
                    "Fingerprint is not 4 bytes (" + steps[0].length() + " characters instead of 8 characters)");
        }
        if (!steps[0].matches("[0-9a-fA-F]{8}")) {
            throw new DescriptorException("Fingerprint '" + steps[0] + "' is not hex");
        }
        List<String> path = Arrays.asList(steps).subList(1, steps.length);
        List<Integer> numbers = new ArrayList<>();
        for (String step : path) {
            numbers.add(childNumber(step));
        }
        String shown = path.isEmpty() ? "" : "/" + String.join("/", path);
        KeyOrigin origin = new KeyOrigin(Bytes.fromHex(steps[0]), numbers);
        return new KeyExpression(
                origin, "[" + steps[0].toLowerCase(java.util.Locale.ROOT) + shown + "]", source(parts[1], place));
    }

    private KeyExpression.Source source(String text, Place place) throws DescriptorException {
        String[] steps = text.split("/", -1);
        if (steps[0].isEmpty()) {
            throw new DescriptorException("No key provided");
        }
        if (steps.length == 1) {
            if (steps[0].matches("([0-9a-fA-F]{2})+")) {
                return inHex(steps[0], place);
            }
            Optional<WalletImportFormat> secret =
                    WalletImportFormat.decode(steps[0], prefixes).filter(decoded -> SecretKeys.isValid(decoded.key()));
            if (secret.isPresent()) {
                requireCompressed(secret.get().compressed(), place);
                Bytes key =
                        SecretKeys.publicKey(secret.get().key(), secret.get().compressed());
                return new KeyExpression.Fixed(
                        key, shown(key, place == Place.P2TR), secret.get().key(), steps[0]);
            }
        }
        return derived(steps);
    }

    private static KeyExpression.Source inHex(String text, Place place) throws DescriptorException {
        Bytes key = Bytes.fromHex(text);
        if (key.length() == PublicKeys.UNCOMPRESSED && (key.get(0) == 6 || key.get(0) == 7)) {
            throw new DescriptorException("Hybrid public keys are not allowed");
        }
        if (PublicKeys.isValid(key)) {
            requireCompressed(key.length() == PublicKeys.COMPRESSED, place);
            return fixed(key, false);
        }
        if (key.length() == PublicKeys.X_ONLY && place == Place.P2TR && PublicKeys.isValidXOnly(key)) {
            return fixed(Bytes.concat(Bytes.copyOf((byte) 2), key), true);
        }
        throw new DescriptorException("Pubkey '" + text + "' is invalid");
    }

    private static void requireCompressed(boolean compressed, Place place) throws DescriptorException {
        if (!compressed && !place.allowsUncompressed()) {
            throw new DescriptorException("Uncompressed keys are not allowed");
        }
    }

    private static KeyExpression.Source fixed(Bytes key, boolean xOnly) {
        return new KeyExpression.Fixed(key, shown(key, xOnly), null, "");
    }

    private static String shown(Bytes key, boolean xOnly) {
        return xOnly ? key.from(1).hex() : key.hex();
    }

    private KeyExpression.Source derived(String[] steps) throws DescriptorException {
        Optional<ExtendedKey> root = ExtendedKey.decode(steps[0], prefixes);
        if (root.isEmpty()) {
            throw new DescriptorException("key '" + steps[0] + "' is not valid");
        }
        Wildcard wildcard = switch (steps[steps.length - 1]) {
            case "*" -> Wildcard.PLAIN;
            case "*'", "*h" -> Wildcard.HARDENED;
            default -> Wildcard.NONE;
        };
        List<Integer> path = new ArrayList<>();
        for (int i = 1; i < steps.length - (wildcard == Wildcard.NONE ? 0 : 1); i++) {
            path.add(childNumber(steps[i]));
        }
        String shownPath = steps.length == 1
                ? ""
                : "/" + String.join("/", Arrays.asList(steps).subList(1, steps.length));
        return KeyExpression.Derived.of(root.get(), prefixes, path, shownPath, wildcard);
    }

    static int childNumber(String step) throws DescriptorException {
        boolean hardened = step.endsWith("'") || step.endsWith("h");
        String digits = hardened ? step.substring(0, step.length() - 1) : step;
        if (!digits.matches("[0-9]{1,10}") || Long.parseLong(digits) > 0xffffffffL) {
            throw new DescriptorException("Key path value '" + step + "' is not a valid uint32");
        }
        long number = Long.parseLong(digits);
        if (number > Integer.MAX_VALUE) {
            throw new DescriptorException("Key path value " + number + " is out of range");
        }
        return (int) number | (hardened ? ExtendedKey.HARDENED : 0);
    }
}
