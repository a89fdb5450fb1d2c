package org.starling.consensus;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.starling.bytes.Base58;
import org.starling.bytes.Bech32;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address.Decoded;
import org.starling.consensus.ChainParams.AddressPrefixes;

/** Reads addresses and says what is wrong with texts that are none. */
final class AddressReader {
    private static final int HASH_BYTES = 20;

    /** Longest text of base58 that is tried for a message, in bytes. */
    private static final int MAX_BASE58_BYTES = 100;

    private AddressReader() {}

    static Decoded read(String text, AddressPrefixes prefixes) {
        String expected = prefixes.bech32();
        boolean bech32 = text.length() >= expected.length()
                && text.substring(0, expected.length()).toLowerCase(Locale.ROOT).equals(expected);
        return bech32 ? readBech32(text, prefixes) : readBase58(text.strip(), prefixes);
    }

    private static Decoded readBase58(String text, AddressPrefixes prefixes) {
        Optional<Bytes> checked = Base58.decodeChecked(text, 1 + HASH_BYTES);
        if (checked.isEmpty()) {
            return invalid(
                    Base58.decode(text, MAX_BASE58_BYTES).isPresent()
                            ? "Invalid checksum or length of Base58 address (P2PKH or P2SH)"
                            : "Invalid or unsupported Segwit (Bech32) or Base58 encoding.");
        }
        Bytes data = checked.get();
        int version = data.isEmpty() ? -1 : data.unsigned(0);
        if (version != prefixes.pubkeyHash() && version != prefixes.scriptHash()) {
            return invalid("Invalid or unsupported Base58-encoded address.");
        }
        if (data.length() != 1 + HASH_BYTES) {
            return invalid("Invalid length for Base58 address (P2PKH or P2SH)");
        }
        Bytes hash = data.from(1);
        return valid(version == prefixes.pubkeyHash() ? new Address.PubkeyHash(hash) : new Address.ScriptHash(hash));
    }

    private static Decoded readBech32(String text, AddressPrefixes prefixes) {
        Optional<Bech32.Decoded> decoded = Bech32.decode(text);
        if (decoded.isEmpty()) {
            Bech32.Errors errors = Bech32.locateErrors(text);
            return new Decoded(null, errors.message(), errors.positions());
        }
        Bech32.Decoded parts = decoded.get();
        if (parts.data().isEmpty()) {
            return invalid("Empty Bech32 data section");
        }
        if (!parts.humanReadablePart().equals(prefixes.bech32())) {
            return invalid("Invalid or unsupported prefix for Segwit (Bech32) address (expected %s, got %s)."
                    .formatted(prefixes.bech32(), parts.humanReadablePart()));
        }
        int version = parts.data().get(0);
        if (version == 0 && parts.variant() != Bech32.Variant.BECH32) {
            return invalid("Version 0 witness address must use Bech32 checksum");
        }
        if (version != 0 && parts.variant() != Bech32.Variant.BECH32M) {
            return invalid("Version 1+ witness address must use Bech32m checksum");
        }
        return Bech32.fromGroups(parts.data().from(1))
                .map(program -> readProgram(version, program))
                .orElseGet(() -> invalid("Invalid padding in Bech32 data section"));
    }

    private static Decoded readProgram(int version, Bytes program) {
        String size = program.length() + (program.length() == 1 ? " byte" : " bytes");
        if (version == 0) {
            return switch (program.length()) {
                case 20 -> valid(new Address.WitnessPubkeyHash(program));
                case 32 -> valid(new Address.WitnessScriptHash(program));
                default -> invalid("Invalid Bech32 v0 address program size (" + size + "), per BIP141");
            };
        }
        if (version == 1 && program.length() == 32) {
            return valid(new Address.Taproot(program));
        }
        if (version == 1 && program.equals(Address.PayToAnchor.PROGRAM)) {
            return valid(new Address.PayToAnchor());
        }
        if (version > Address.MAX_WITNESS_VERSION) {
            return invalid("Invalid Bech32 address witness version");
        }
        if (program.length() < 2 || program.length() > Address.MAX_PROGRAM_BYTES) {
            return invalid("Invalid Bech32 address program size (" + size + ")");
        }
        return valid(new Address.WitnessUnknown(version, program));
    }

    private static Decoded valid(Address address) {
        return new Decoded(address, "", List.of());
    }

    private static Decoded invalid(String error) {
        return new Decoded(null, error, List.of());
    }
}
