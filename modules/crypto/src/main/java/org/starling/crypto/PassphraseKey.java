package org.starling.crypto;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.starling.bytes.Bytes;

/**
 * How a key follows from a passphrase: Argon2id (RFC 9106), made costly in memory so that guessing is.
 *
 * @param memoryKib memory in KiB
 * @param passes how often the memory is gone through
 * @param lanes independent lanes of the memory
 * @param salt random, 16 bytes
 */
public record PassphraseKey(int memoryKib, int passes, int lanes, Bytes salt) {
    public static final int SALT_BYTES = 16;

    /** What a stored description may ask for at most, so that a damaged one cannot exhaust the machine. */
    private static final int MAX_MEMORY_KIB = 4 << 20;

    private static final int MAX_PASSES = 64;
    private static final int MAX_LANES = 64;

    public PassphraseKey {
        boolean sound = memoryKib >= 8 * lanes
                && memoryKib <= MAX_MEMORY_KIB
                && passes >= 1
                && passes <= MAX_PASSES
                && lanes >= 1
                && lanes <= MAX_LANES
                && salt.length() == SALT_BYTES;
        if (!sound) {
            throw new IllegalArgumentException(
                    "Argon2id with " + memoryKib + " KiB, " + passes + " passes, " + lanes + " lanes");
        }
    }

    /** The second recommendation of RFC 9106: 64 MiB, three passes, four lanes. */
    public static PassphraseKey recommended(Bytes salt) {
        return new PassphraseKey(64 << 10, 3, 4, salt);
    }

    /** 32 bytes, in an array that the caller may wipe. Takes a good part of a second. */
    public byte[] derive(byte[] passphrase) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt.toArray())
                .build());
        byte[] key = new byte[SecretBox.KEY_BYTES];
        generator.generateBytes(passphrase, key);
        return key;
    }
}
