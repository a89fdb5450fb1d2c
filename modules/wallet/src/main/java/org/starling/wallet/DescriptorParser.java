package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.crypto.PublicKeys;

/** Reads descriptors. Where a function may stand, and what it then allows, is its {@link Place}. */
final class DescriptorParser {
    private static final int MAX_MULTISIG_KEYS = 20;
    private static final int MAX_BARE_MULTISIG_KEYS = 3;
    private static final int MAX_MULTI_A_KEYS = 999;

    /** Largest script that P2SH can spend. */
    private static final int MAX_P2SH_BYTES = 520;

    private static final Pattern MULTIPATH = Pattern.compile("<([^<>]*)>");

    /** Where an expression stands. */
    enum Place {
        TOP,
        P2SH,
        P2WSH,
        P2WPKH,
        P2TR;

        boolean allowsUncompressed() {
            return this == TOP || this == P2SH;
        }
    }

    private final AddressPrefixes prefixes;
    private final KeyParser keys;

    DescriptorParser(AddressPrefixes prefixes) {
        this.prefixes = prefixes;
        this.keys = new KeyParser(prefixes);
    }

    List<Descriptor> parse(String text, boolean needChecksum) throws DescriptorException {
        String body = withoutChecksum(text, needChecksum);
        List<Descriptor> descriptors = new ArrayList<>();
        for (String path : expandMultipath(body)) {
            descriptors.add(script(path, Place.TOP));
        }
        return descriptors;
    }

    private static String withoutChecksum(String text, boolean needed) throws DescriptorException {
        String[] parts = text.split("#", -1);
        if (parts.length > 2) {
            throw new DescriptorException("Multiple '#' symbols");
        }
        if (parts.length == 1 && needed) {
            throw new DescriptorException("Missing checksum");
        }
        if (parts.length == 2 && parts[1].length() != 8) {
            throw new DescriptorException("Expected 8 character checksum, not " + parts[1].length() + " characters");
        }
        String checksum = DescriptorChecksum.of(parts[0]);
        if (checksum.isEmpty()) {
            throw new DescriptorException("Invalid characters in payload");
        }
        if (parts.length == 2 && !checksum.equals(parts[1])) {
            throw new DescriptorException(
                    "Provided checksum '" + parts[1] + "' does not match computed checksum '" + checksum + "'");
        }
        return parts[0];
    }

    // BIP-0389: each <a;b;...> takes its first value in the first descriptor, its second in the second, and so on.
    private static List<String> expandMultipath(String text) throws DescriptorException {
        MusigParser.checkMultipath(text);
        int count = 1;
        Matcher matcher = MULTIPATH.matcher(text);
        while (matcher.find()) {
            String[] values = matcher.group(1).split(";", -1);
            if (values.length < 2) {
                throw new DescriptorException("Multipath key path specifiers must have at least two items");
            }
            if (List.of(values).stream().distinct().count() < values.length) {
                throw new DescriptorException("Duplicated key path value in multipath specifier " + matcher.group());
            }
            if (count > 1 && values.length != count) {
                throw new DescriptorException("Multipath derivation paths have mismatched lengths");
            }
            count = values.length;
        }
        List<String> expanded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int which = i;
            expanded.add(MULTIPATH
                    .matcher(text)
                    .replaceAll(found -> Matcher.quoteReplacement(found.group(1).split(";", -1)[which])));
        }
        return expanded;
    }

    private Descriptor script(String text, Place place) throws DescriptorException {
        int open = text.indexOf('(');
        if (open <= 0 || !text.endsWith(")")) {
            throw switch (place) {
                case P2SH -> new DescriptorException("A function is needed within P2SH");
                case P2WSH -> new DescriptorException("A function is needed within P2WSH");
                case TOP, P2WPKH, P2TR -> new DescriptorException("'" + text + "' is not a valid descriptor function");
            };
        }
        String inner = text.substring(open + 1, text.length() - 1);
        String function = text.substring(0, open);
        return switch (function) {
            case "pk" -> new Descriptor.Pk(key("pk(): ", inner, place));
            case "pkh" -> pkh(text, inner, place);
            case "wpkh" -> {
                only(place == Place.TOP || place == Place.P2SH, "wpkh() at top level or inside sh()");
                yield new Descriptor.Wpkh(key("wpkh(): ", inner, Place.P2WPKH));
            }
            case "combo" -> {
                only(place == Place.TOP, "combo() at top level");
                yield new Descriptor.Combo(key("combo(): ", inner, place));
            }
            case "multi", "sortedmulti" -> {
                only(place != Place.P2TR, "multi/sortedmulti at top level, in sh(), or in wsh()");
                yield multi(inner, place, function.startsWith("sorted"));
            }
            case "multi_a", "sortedmulti_a" -> {
                only(place == Place.P2TR, "multi_a/sortedmulti_a inside tr()");
                yield multi(inner, place, function.startsWith("sorted"));
            }
            case "sh" -> {
                only(place == Place.TOP, "sh() at top level");
                yield new Descriptor.Sh(script(inner, Place.P2SH));
            }
            case "wsh" -> {
                only(place == Place.TOP || place == Place.P2SH, "wsh() at top level or inside sh()");
                yield new Descriptor.Wsh(script(inner, Place.P2WSH));
            }
            case "addr" -> {
                only(place == Place.TOP, "addr() at top level");
                yield address(inner);
            }
            case "raw" -> {
                only(place == Place.TOP, "raw() at top level");
                yield raw(inner);
            }
            case "tr" -> {
                only(place == Place.TOP, "tr at top level");
                yield taproot(inner);
            }
            case "rawtr" -> {
                only(place == Place.TOP, "rawtr at top level");
                if (split(inner).size() > 1) {
                    throw new DescriptorException("rawtr(): only one key expected.");
                }
                yield new Descriptor.RawTr(key("rawtr(): ", inner, Place.P2TR));
            }
            default -> throw new DescriptorException("'" + text + "' is not a valid descriptor function");
        };
    }

    private static void only(boolean allowed, String where) throws DescriptorException {
        if (!allowed) {
            throw new DescriptorException("Can only have " + where);
        }
    }

    private Descriptor pkh(String text, String inner, Place place) throws DescriptorException {
        if (place == Place.P2TR) {
            throw new DescriptorException("'" + text + "' is not a valid descriptor function");
        }
        return new Descriptor.Pkh(key("pkh(): ", inner, place));
    }

    private KeyExpression key(String prefix, String text, Place place) throws DescriptorException {
        try {
            return keys.parse(text, place);
        } catch (DescriptorException e) {
            throw new DescriptorException(prefix + e.reason());
        }
    }

    private Descriptor multi(String text, Place place, boolean sorted) throws DescriptorException {
        List<String> parts = split(text);
        int threshold = parts.getFirst().matches("[0-9]{1,9}") ? Integer.parseInt(parts.getFirst()) : -1;
        if (threshold < 0) {
            throw new DescriptorException("Multi threshold '" + parts.getFirst() + "' is not valid");
        }
        List<KeyExpression> named = new ArrayList<>();
        for (String part : parts.subList(1, parts.size())) {
            named.add(key("Multi: ", part, place));
        }
        int count = named.size();
        boolean inTaproot = place == Place.P2TR;
        int most = inTaproot ? MAX_MULTI_A_KEYS : MAX_MULTISIG_KEYS;
        if (count < 1 || count > most) {
            throw new DescriptorException("Cannot have " + count + " keys in " + (inTaproot ? "multi_a" : "multisig")
                    + "; must have between 1 and " + most + " keys, inclusive");
        }
        if (threshold < 1) {
            throw new DescriptorException("Multisig threshold cannot be " + threshold + ", must be at least 1");
        }
        if (threshold > count) {
            throw new DescriptorException("Multisig threshold cannot be larger than the number of keys; threshold is "
                    + threshold + " but only " + count + " keys specified");
        }
        if (place == Place.TOP && count > MAX_BARE_MULTISIG_KEYS) {
            throw new DescriptorException("Cannot have " + count + " pubkeys in bare multisig; only at most 3 pubkeys");
        }
        if (place == Place.P2SH) {
            int bytes = 3;
            for (KeyExpression key : named) {
                bytes += 1 + keyBytes(key);
            }
            if (bytes > MAX_P2SH_BYTES) {
                throw new DescriptorException(
                        "P2SH script is too large, " + bytes + " bytes is larger than " + MAX_P2SH_BYTES + " bytes");
            }
        }
        return new Descriptor.Multi(threshold, named, sorted, inTaproot);
    }

    private static int keyBytes(KeyExpression key) {
        return key.source() instanceof KeyExpression.Fixed fixed ? fixed.key().length() : PublicKeys.COMPRESSED;
    }

    private Descriptor address(String text) throws DescriptorException {
        Address address = Address.decode(text, prefixes).address();
        if (address == null) {
            throw new DescriptorException("Address is not valid");
        }
        return new Descriptor.Addr(address, address.encode(prefixes));
    }

    private static Descriptor raw(String text) throws DescriptorException {
        if (!text.matches("([0-9a-fA-F]{2})+")) {
            throw new DescriptorException("Raw script is not hex");
        }
        return new Descriptor.Raw(Bytes.fromHex(text));
    }

    private Descriptor taproot(String text) throws DescriptorException {
        List<String> parts = split(text);
        KeyExpression internal = key("tr(): ", parts.getFirst(), Place.P2TR);
        if (parts.size() > 2) {
            throw new DescriptorException("tr(): expected ')' after script expression");
        }
        return new Descriptor.Tr(internal, parts.size() == 1 ? new TapTree.Empty() : tree(parts.get(1), 0));
    }

    private TapTree tree(String text, int depth) throws DescriptorException {
        if (depth > TapTree.MAX_DEPTH) {
            throw new DescriptorException("tr() supports at most " + TapTree.MAX_DEPTH + " nesting levels");
        }
        if (!text.startsWith("{")) {
            return new TapTree.Leaf(script(text, Place.P2TR));
        }
        if (!text.endsWith("}")) {
            throw new DescriptorException("tr(): expected '}' after script expression");
        }
        List<String> halves = split(text.substring(1, text.length() - 1));
        if (halves.size() != 2) {
            throw new DescriptorException("tr(): expected ',' after script expression");
        }
        return new TapTree.Branch(tree(halves.get(0), depth + 1), tree(halves.get(1), depth + 1));
    }

    // At the commas outside any bracket.
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int level = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(' || c == '{') {
                level++;
            } else if (c == ')' || c == '}') {
                level--;
            } else if (c == ',' && level == 0) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }
}
