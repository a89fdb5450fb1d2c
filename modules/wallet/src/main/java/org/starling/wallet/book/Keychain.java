package org.starling.wallet.book;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.crypto.Sha256;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.OutputType;

/**
 * A descriptor of a wallet and how far it is used.
 *
 * @param descriptor without private keys, derivable without them where that is possible
 * @param created no coin of it is older, in seconds since 1970
 * @param begin the first index that belongs to the wallet; 0 if the descriptor has no range
 * @param end the index behind the last that is watched
 * @param next the index that is given out next
 * @param activeFor the type of addresses that are made with it; null if none are
 * @param internal whether it is for change
 */
public record Keychain(
        Descriptor descriptor,
        long created,
        int begin,
        int end,
        int next,
        @Nullable OutputType activeFor,
        boolean internal) {
    private static final int FORMAT = 1;

    /** 32 bytes by which the wallet's file names it: the hash of the text. */
    public Bytes id() {
        return idOf(descriptor);
    }

    static Bytes idOf(Descriptor descriptor) {
        return Sha256.once(Bytes.wrap(descriptor.text().getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .toBytes();
    }

    public boolean isRange() {
        return descriptor.isRange();
    }

    Keychain upTo(int changedEnd) {
        return new Keychain(descriptor, created, begin, changedEnd, next, activeFor, internal);
    }

    Keychain nextAt(int changedNext) {
        return new Keychain(descriptor, created, begin, end, changedNext, activeFor, internal);
    }

    /** With the next index of what was known of it before, unless nothing was given out of that. */
    Keychain after(Keychain known) {
        return known.next() == known.begin() ? this : nextAt(Math.max(known.next(), next));
    }

    Keychain active(@Nullable OutputType type, boolean change) {
        return new Keychain(descriptor, created, begin, end, next, type, change);
    }

    Keychain bornAt(long changedCreated) {
        return new Keychain(descriptor, changedCreated, begin, end, next, activeFor, internal);
    }

    /** The scripts at that index, or empty if they follow from private keys only. */
    Optional<List<Bytes>> scripts(int index) {
        try {
            return Optional.of(descriptor.scripts(index));
        } catch (DescriptorException e) {
            return Optional.empty();
        }
    }

    byte[] encode() {
        ByteWriter writer = new ByteWriter(256).u8(FORMAT);
        WalletRecords.text(writer, descriptor.text());
        writer.i64(created).i32(begin).i32(end).i32(next);
        WalletRecords.text(writer, activeFor == null ? "" : activeFor.label());
        return writer.u8(internal ? 1 : 0).toArray();
    }

    static Keychain decode(byte[] value, AddressPrefixes prefixes) throws MalformedException, DescriptorException {
        ByteReader reader = new ByteReader(value);
        int format = reader.u8();
        if (format != FORMAT) {
            throw new MalformedException("a keychain's format is " + format);
        }
        Descriptor descriptor =
                Descriptor.parse(WalletRecords.text(reader), prefixes, true).getFirst();
        long created = reader.i64();
        int begin = reader.i32();
        int end = reader.i32();
        int next = reader.i32();
        OutputType type = OutputType.of(WalletRecords.text(reader)).orElse(null);
        return new Keychain(descriptor, created, begin, end, next, type, reader.u8() == 1);
    }
}
