package org.starling.chain;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Coin;
import org.starling.consensus.TxOut;
import org.starling.crypto.PublicKeys;

/**
 * How Bitcoin Core stores coins: height and coinbase bit as a VARINT, the amount with its trailing zeros taken out, the
 * script by a template where one fits. Undo data have one byte more, which once was a transaction version.
 */
final class CoinCodec {
    /** Longest script that can be spent; a longer one is never stored. */
    static final int MAX_SCRIPT_BYTES = 10_000;

    private static final int TEMPLATES = 6;
    private static final int HASH_BYTES = 20;

    private CoinCodec() {}

    static void write(ByteWriter writer, Coin coin) {
        writeVarInt(writer, coin.height() * 2L + (coin.coinbase() ? 1 : 0));
        writeOutput(writer, coin.output());
    }

    static byte[] encode(Coin coin) {
        ByteWriter writer = new ByteWriter(48);
        write(writer, coin);
        return writer.toArray();
    }

    static Coin read(ByteReader reader) throws MalformedException {
        long code = readVarInt(reader);
        return new Coin(readOutput(reader), height(code), (code & 1) != 0);
    }

    static void writeUndo(ByteWriter writer, Coin coin) {
        writeVarInt(writer, coin.height() * 2L + (coin.coinbase() ? 1 : 0));
        if (coin.height() > 0) {
            writer.u8(0);
        }
        writeOutput(writer, coin.output());
    }

    static Coin readUndo(ByteReader reader) throws MalformedException {
        long code = readVarInt(reader);
        if (height(code) > 0) {
            readVarInt(reader);
        }
        return new Coin(readOutput(reader), height(code), (code & 1) != 0);
    }

    private static int height(long code) throws MalformedException {
        long height = code >>> 1;
        if (height > Integer.MAX_VALUE) {
            throw new MalformedException("height " + height);
        }
        return (int) height;
    }

    private static void writeOutput(ByteWriter writer, TxOut output) {
        writeVarInt(writer, compressAmount(output.value()));
        writeScript(writer, output.scriptPubKey());
    }

    private static TxOut readOutput(ByteReader reader) throws MalformedException {
        long value = decompressAmount(readVarInt(reader));
        return new TxOut(value, readScript(reader));
    }

    /** Base 128, most significant first, a set high bit where more follows; each length begins where the last ended. */
    static void writeVarInt(ByteWriter writer, long value) {
        writeGroups(writer, value, 0);
    }

    private static void writeGroups(ByteWriter writer, long value, int more) {
        if (Long.compareUnsigned(value, 0x7f) > 0) {
            writeGroups(writer, (value >>> 7) - 1, 0x80);
        }
        writer.u8((int) value & 0x7f | more);
    }

    static long readVarInt(ByteReader reader) throws MalformedException {
        long value = 0;
        while (true) {
            int next = reader.u8();
            if (Long.compareUnsigned(value, -1L >>> 7) > 0) {
                throw new MalformedException("VARINT is longer than 64 bits");
            }
            value = value << 7 | next & 0x7f;
            if ((next & 0x80) == 0) {
                return value;
            }
            if (value == -1L) {
                throw new MalformedException("VARINT is longer than 64 bits");
            }
            value++;
        }
    }

    /** With 10^e d (d the last digit that is not zero) before it: 1 + 10 (9 rest + d - 1) + e. */
    static long compressAmount(long amount) {
        if (amount == 0) {
            return 0;
        }
        int exponent = 0;
        long rest = amount;
        while (exponent < 9 && Long.remainderUnsigned(rest, 10) == 0) {
            rest = Long.divideUnsigned(rest, 10);
            exponent++;
        }
        if (exponent == 9) {
            return 1 + (rest - 1) * 10 + 9;
        }
        long digit = Long.remainderUnsigned(rest, 10);
        rest = Long.divideUnsigned(rest, 10);
        return 1 + (rest * 9 + digit - 1) * 10 + exponent;
    }

    static long decompressAmount(long code) {
        if (code == 0) {
            return 0;
        }
        int exponent = (int) Long.remainderUnsigned(code - 1, 10);
        long rest = Long.divideUnsigned(code - 1, 10);
        long amount;
        if (exponent == 9) {
            amount = rest + 1;
        } else {
            long digit = Long.remainderUnsigned(rest, 9) + 1;
            amount = Long.divideUnsigned(rest, 9) * 10 + digit;
        }
        for (int i = 0; i < exponent; i++) {
            amount *= 10;
        }
        return amount;
    }

    private static void writeScript(ByteWriter writer, Bytes script) {
        if (script.length() == 25 && isPayToPublicKeyHash(script)) {
            writer.u8(0).bytes(script.slice(3, 3 + HASH_BYTES));
        } else if (script.length() == 23 && isPayToScriptHash(script)) {
            writer.u8(1).bytes(script.slice(2, 2 + HASH_BYTES));
        } else {
            Bytes key = keyOfPayToPublicKey(script);
            if (key == null) {
                writeVarInt(writer, script.length() + TEMPLATES);
                writer.bytes(script);
            } else if (key.length() == 33) {
                writer.bytes(key);
            } else {
                // 4 and 5 stand for keys that were uncompressed, with an even and an odd y.
                writer.u8(4 | key.get(64) & 1).bytes(key.slice(1, 33));
            }
        }
    }

    private static Bytes readScript(ByteReader reader) throws MalformedException {
        long size = readVarInt(reader);
        if (size >= TEMPLATES || size < 0) {
            long length = size - TEMPLATES;
            if (length < 0 || length > MAX_SCRIPT_BYTES) {
                // What is over-long cannot be spent; its place is taken by a script that fails.
                reader.skip(Math.clamp(length, 0, Integer.MAX_VALUE));
                return Bytes.copyOf((byte) 0x6a);
            }
            return reader.bytes((int) length).compact();
        }
        ByteWriter script = new ByteWriter(67);
        switch ((int) size) {
            case 0 ->
                script.u8(0x76)
                        .u8(0xa9)
                        .u8(HASH_BYTES)
                        .bytes(reader.bytes(HASH_BYTES))
                        .u8(0x88)
                        .u8(0xac);
            case 1 ->
                script.u8(0xa9).u8(HASH_BYTES).bytes(reader.bytes(HASH_BYTES)).u8(0x87);
            case 2, 3 -> script.u8(33).u8((int) size).bytes(reader.bytes(32)).u8(0xac);
            default -> {
                Bytes compressed = Bytes.concat(Bytes.copyOf((byte) (size - 2)), reader.bytes(32));
                Bytes key = PublicKeys.decompress(compressed);
                if (key == null) {
                    throw new MalformedException("no public key has x " + compressed.from(1));
                }
                script.u8(65).bytes(key).u8(0xac);
            }
        }
        return script.toBytes();
    }

    private static boolean isPayToPublicKeyHash(Bytes script) {
        return script.unsigned(0) == 0x76
                && script.unsigned(1) == 0xa9
                && script.unsigned(2) == HASH_BYTES
                && script.unsigned(23) == 0x88
                && script.unsigned(24) == 0xac;
    }

    private static boolean isPayToScriptHash(Bytes script) {
        return script.unsigned(0) == 0xa9 && script.unsigned(1) == HASH_BYTES && script.unsigned(22) == 0x87;
    }

    private static @Nullable Bytes keyOfPayToPublicKey(Bytes script) {
        int length = script.length();
        if (length == 35 && script.unsigned(0) == 33 && script.unsigned(34) == 0xac) {
            int form = script.unsigned(1);
            return form == 2 || form == 3 ? script.slice(1, 34) : null;
        }
        if (length == 67 && script.unsigned(0) == 65 && script.unsigned(66) == 0xac && script.unsigned(1) == 4) {
            Bytes key = script.slice(1, 66);
            return PublicKeys.isValid(key) ? key : null;
        }
        return null;
    }
}
