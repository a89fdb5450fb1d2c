package org.starling.consensus;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Base58;
import org.starling.bytes.Bech32;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams.AddressPrefixes;

/**
 * Where coins can be sent: what an address text stands for on any chain. The text form depends on the chain, and is
 * base58 with a version byte or, for witness programs, Bech32 (BIP-0173) or Bech32m (BIP-0350).
 */
public sealed interface Address {
    /** The output script that pays here. */
    Bytes scriptPubKey();

    /** A hash of a public key (P2PKH): 20 bytes. */
    record PubkeyHash(Bytes hash) implements Address {
        public PubkeyHash {
            requireLength(hash, 20);
        }

        @Override
        public Bytes scriptPubKey() {
            return new ByteWriter(25)
                    .u8(0x76) // OP_DUP
                    .u8(0xa9) // OP_HASH160
                    .varBytes(hash)
                    .u8(0x88) // OP_EQUALVERIFY
                    .u8(0xac) // OP_CHECKSIG
                    .toBytes();
        }
    }

    /** A hash of a script (P2SH, BIP-0016): 20 bytes. */
    record ScriptHash(Bytes hash) implements Address {
        public ScriptHash {
            requireLength(hash, 20);
        }

        @Override
        public Bytes scriptPubKey() {
            return new ByteWriter(23)
                    .u8(0xa9) // OP_HASH160
                    .varBytes(hash)
                    .u8(0x87) // OP_EQUAL
                    .toBytes();
        }
    }

    /** A hash of a public key as a witness program (P2WPKH, BIP-0141): 20 bytes. */
    record WitnessPubkeyHash(Bytes hash) implements WitnessProgram {
        public WitnessPubkeyHash {
            requireLength(hash, 20);
        }

        @Override
        public int version() {
            return 0;
        }

        @Override
        public Bytes program() {
            return hash;
        }
    }

    /** A hash of a script as a witness program (P2WSH, BIP-0141): 32 bytes. */
    record WitnessScriptHash(Bytes hash) implements WitnessProgram {
        public WitnessScriptHash {
            requireLength(hash, 32);
        }

        @Override
        public int version() {
            return 0;
        }

        @Override
        public Bytes program() {
            return hash;
        }
    }

    /** A Taproot output key (P2TR, BIP-0341): 32 bytes, the x coordinate. */
    record Taproot(Bytes outputKey) implements WitnessProgram {
        public Taproot {
            requireLength(outputKey, 32);
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public Bytes program() {
            return outputKey;
        }
    }

    /** An output that anyone can spend, for attaching fees (P2A). */
    record PayToAnchor() implements WitnessProgram {
        static final Bytes PROGRAM = Bytes.fromHex("4e73");

        @Override
        public int version() {
            return 1;
        }

        @Override
        public Bytes program() {
            return PROGRAM;
        }
    }

    /** A witness program without meaning yet: version 1 to 16, program of 2 to 40 bytes. */
    record WitnessUnknown(int version, Bytes program) implements WitnessProgram {
        public WitnessUnknown {
            if (version < 1 || version > MAX_WITNESS_VERSION) {
                throw new IllegalArgumentException("witness version " + version);
            }
            if (program.length() < 2 || program.length() > MAX_PROGRAM_BYTES) {
                throw new IllegalArgumentException("witness program of " + program.length() + " bytes");
            }
        }
    }

    /** What all witness programs share. */
    sealed interface WitnessProgram extends Address {
        int version();

        Bytes program();

        @Override
        default Bytes scriptPubKey() {
            return new ByteWriter(2 + program().length())
                    .u8(version() == 0 ? 0 : 0x50 + version())
                    .varBytes(program())
                    .toBytes();
        }
    }

    /** The highest witness version that a script can name. */
    int MAX_WITNESS_VERSION = 16;

    /** Longest witness program. */
    int MAX_PROGRAM_BYTES = 40;

    /**
     * What a text turned out to be.
     *
     * @param address null if the text is none of this chain
     * @param error why not, in the words of {@code validateaddress}; empty if it is one
     * @param errorLocations characters that are likely mistyped, if it can be told
     */
    record Decoded(@Nullable Address address, String error, List<Integer> errorLocations) {
        public Decoded {
            errorLocations = List.copyOf(errorLocations);
        }
    }

    /** The text on a chain with these prefixes. */
    default String encode(AddressPrefixes prefixes) {
        return switch (this) {
            case PubkeyHash(Bytes hash) -> base58(prefixes.pubkeyHash(), hash);
            case ScriptHash(Bytes hash) -> base58(prefixes.scriptHash(), hash);
            case WitnessProgram witness -> bech32(prefixes, witness);
        };
    }

    private static String base58(int version, Bytes hash) {
        return Base58.encodeChecked(Bytes.concat(Bytes.copyOf((byte) version), hash));
    }

    private static String bech32(AddressPrefixes prefixes, WitnessProgram witness) {
        Bech32.Variant variant = witness.version() == 0 ? Bech32.Variant.BECH32 : Bech32.Variant.BECH32M;
        Bytes version = Bytes.copyOf((byte) witness.version());
        return Bech32.encode(variant, prefixes.bech32(), Bytes.concat(version, Bech32.toGroups(witness.program())));
    }

    /** Reads a text as an address of the chain with these prefixes. */
    static Decoded decode(String text, AddressPrefixes prefixes) {
        return AddressReader.read(text, prefixes);
    }

    /** The address that an output script pays, if it has one. A bare public key has none. */
    static Optional<Address> ofScript(Bytes scriptPubKey) {
        OutputScript script = OutputScript.of(scriptPubKey);
        List<Bytes> parts = script.solutions();
        return switch (script.type()) {
            case PUBKEYHASH -> Optional.of(new PubkeyHash(parts.getFirst()));
            case SCRIPTHASH -> Optional.of(new ScriptHash(parts.getFirst()));
            case WITNESS_V0_KEYHASH -> Optional.of(new WitnessPubkeyHash(parts.getFirst()));
            case WITNESS_V0_SCRIPTHASH -> Optional.of(new WitnessScriptHash(parts.getFirst()));
            case WITNESS_V1_TAPROOT -> Optional.of(new Taproot(parts.getFirst()));
            case ANCHOR -> Optional.of(new PayToAnchor());
            case WITNESS_UNKNOWN -> Optional.of(new WitnessUnknown(parts.get(0).get(0), parts.get(1)));
            case PUBKEY, MULTISIG, NULLDATA, NONSTANDARD -> Optional.empty();
        };
    }

    private static void requireLength(Bytes bytes, int length) {
        if (bytes.length() != length) {
            throw new IllegalArgumentException(bytes.length() + " bytes where there must be " + length);
        }
    }
}
