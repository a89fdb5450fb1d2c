package org.starling.wallet;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutputScript;
import org.starling.crypto.PublicKeys;

/** How large it is to spend what a descriptor stands for, and what kind of address it has. */
final class DescriptorSizes {
    /** An ECDSA signature with its hash type, the first half of it kept below 32 bytes. */
    private static final int SIGNATURE = 71;

    /** A Schnorr signature, of the hash type that needs no byte. */
    private static final int SCHNORR = 64;

    /** Outpoint and sequence number. */
    private static final int FIXED = 40;

    private static final int SCALE = 4;

    private DescriptorSizes() {}

    /** What satisfying a script takes: bytes of pushes or witness elements, and how many elements those are. */
    private record Size(int bytes, int elements) {}

    static int inputWeight(Descriptor descriptor, Bytes script) {
        return switch (descriptor) {
            case Descriptor.Pk _, Descriptor.Pkh _, Descriptor.Multi _ -> legacy(satisfaction(descriptor), 0);
            case Descriptor.Wpkh _ -> witness(satisfaction(descriptor), 0);
            case Descriptor.Wsh(Descriptor below) -> witness(withScript(below), 0);
            case Descriptor.Sh(Descriptor.Wpkh below) -> witness(satisfaction(below), 23);
            case Descriptor.Sh(Descriptor.Wsh(Descriptor below)) -> witness(withScript(below), 35);
            case Descriptor.Sh(Descriptor below) -> legacy(satisfaction(below), pushed(scriptLength(below)));
            case Descriptor.Tr _, Descriptor.RawTr _ -> witness(new Size(1 + SCHNORR, 1), 0);
            case Descriptor.Combo(KeyExpression key) -> combo(key, script);
            case Descriptor.Addr _, Descriptor.Raw _ -> -1;
        };
    }

    private static int combo(KeyExpression key, Bytes script) {
        Descriptor single = single(key, script);
        return single == null ? -1 : inputWeight(single, script);
    }

    /** Of the forms of a key, that which the script has; null for none. */
    static @Nullable Descriptor single(KeyExpression key, Bytes script) {
        return switch (OutputScript.of(script).type()) {
            case PUBKEY -> new Descriptor.Pk(key);
            case PUBKEYHASH -> new Descriptor.Pkh(key);
            case WITNESS_V0_KEYHASH -> new Descriptor.Wpkh(key);
            case SCRIPTHASH -> new Descriptor.Sh(new Descriptor.Wpkh(key));
            case NONSTANDARD, MULTISIG, NULLDATA, ANCHOR, WITNESS_V0_SCRIPTHASH, WITNESS_V1_TAPROOT, WITNESS_UNKNOWN ->
                null;
        };
    }

    /** Without a witness: one byte tells that there is none. */
    private static int legacy(Size size, int redeemScript) {
        if (size.bytes() < 0) {
            return -1;
        }
        int scriptSig = size.bytes() + redeemScript;
        return SCALE * (FIXED + ByteWriter.compactSizeLength(scriptSig) + scriptSig) + 1;
    }

    private static int witness(Size size, int scriptSig) {
        return size.bytes() < 0
                ? -1
                : SCALE * (FIXED + 1 + scriptSig) + ByteWriter.compactSizeLength(size.elements()) + size.bytes();
    }

    private static Size satisfaction(Descriptor descriptor) {
        return switch (descriptor) {
            case Descriptor.Pk _ -> new Size(1 + SIGNATURE, 1);
            case Descriptor.Pkh(KeyExpression key) -> new Size(1 + SIGNATURE + 1 + keyLength(key), 2);
            case Descriptor.Wpkh(KeyExpression key) -> new Size(1 + SIGNATURE + 1 + keyLength(key), 2);
            case Descriptor.Multi multi -> new Size(1 + (1 + SIGNATURE) * multi.threshold(), 1 + multi.threshold());
            case Descriptor.Combo _,
                    Descriptor.Sh _,
                    Descriptor.Wsh _,
                    Descriptor.Addr _,
                    Descriptor.Raw _,
                    Descriptor.Tr _,
                    Descriptor.RawTr _ -> new Size(-1, 0);
        };
    }

    private static Size withScript(Descriptor below) {
        Size size = satisfaction(below);
        int script = scriptLength(below);
        return size.bytes() < 0
                ? size
                : new Size(size.bytes() + ByteWriter.compactSizeLength(script) + script, size.elements() + 1);
    }

    private static int scriptLength(Descriptor below) {
        try {
            return below.scripts(0).getFirst().length();
        } catch (DescriptorException e) {
            // Keys that need secrets are compressed: only their count matters.
            return below instanceof Descriptor.Multi multi
                    ? 3 + multi.keys().size() * (1 + PublicKeys.COMPRESSED)
                    : 2 + PublicKeys.COMPRESSED;
        }
    }

    private static int pushed(int length) {
        return length < 76 ? length + 1 : length < 256 ? length + 2 : length + 3;
    }

    private static int keyLength(KeyExpression key) {
        return key.source() instanceof KeyExpression.Fixed fixed ? fixed.key().length() : PublicKeys.COMPRESSED;
    }

    static @Nullable OutputType outputType(Descriptor descriptor) {
        return switch (descriptor) {
            case Descriptor.Pkh _ -> OutputType.LEGACY;
            case Descriptor.Wpkh _, Descriptor.Wsh _ -> OutputType.BECH32;
            case Descriptor.Sh(Descriptor.Wpkh _) -> OutputType.P2SH_SEGWIT;
            case Descriptor.Sh(Descriptor.Wsh _) -> OutputType.P2SH_SEGWIT;
            case Descriptor.Sh _ -> OutputType.LEGACY;
            case Descriptor.Tr _, Descriptor.RawTr _ -> OutputType.BECH32M;
            case Descriptor.Addr addr -> ofScript(addr.address().scriptPubKey());
            case Descriptor.Raw(Bytes script) -> ofScript(script);
            case Descriptor.Pk _, Descriptor.Multi _, Descriptor.Combo _ -> null;
        };
    }

    private static @Nullable OutputType ofScript(Bytes script) {
        return switch (OutputScript.of(script).type()) {
            case PUBKEYHASH, SCRIPTHASH -> OutputType.LEGACY;
            case WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH -> OutputType.BECH32;
            case WITNESS_V1_TAPROOT, WITNESS_UNKNOWN, ANCHOR -> OutputType.BECH32M;
            case PUBKEY, MULTISIG, NULLDATA, NONSTANDARD -> null;
        };
    }
}
