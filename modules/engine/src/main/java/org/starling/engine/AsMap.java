package org.starling.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;

/**
 * Which autonomous system (one operator's part of the Internet) an IP address belongs to, in the format of Core's
 * {@code -asmap}: a program of bits, the lowest of each byte first, that reads the 128 bits of an IPv6 address (IPv4 as
 * {@code ::ffff:a.b.c.d}) from the front.
 *
 * <pre>
 *   RETURN asn      the answer
 *   JUMP offset     takes one bit of the address: if it is set, goes on so many bits further
 *   MATCH pattern   takes as many bits as the pattern has; if one differs, the default is the answer
 *   DEFAULT asn     the answer for a MATCH that fails later
 * </pre>
 *
 * Only a map that surely answers for each address is accepted.
 */
public final class AsMap {
    private static final int ADDRESS_BITS = 128;
    private static final int MAX_PADDING_BITS = 7;
    private static final Bytes IPV4_MAPPED = Bytes.fromHex("00000000000000000000ffff");

    private static final Code INSTRUCTION = new Code(0, 0, 0, 1);
    private static final Code ASN = new Code(1, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24);
    private static final Code PATTERN = new Code(2, 1, 2, 3, 4, 5, 6, 7, 8);
    private static final Code OFFSET = new Code(
            17, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    private static final int WHOLE_PATTERN_BITS = 8;

    private static final int RETURN = 0;
    private static final int JUMP = 1;
    private static final int MATCH = 2;
    private static final int DEFAULT = 3;

    private final Bytes program;
    private final Hash256 version;

    private AsMap(Bytes program) {
        this.program = program;
        this.version = versionOf(program);
    }

    /** Throws, saying what is wrong, if there is an address for which the map has no answer. */
    public static AsMap parse(Bytes content) throws MalformedException {
        new Check(content).run();
        return new AsMap(content);
    }

    /** Names this map: the double SHA-256 that Core shows. */
    public Hash256 version() {
        return version;
    }

    private static Hash256 versionOf(Bytes program) {
        int bits = program.length() * 8;
        ByteWriter writer = new ByteWriter(bits + 9);
        writer.compactSize(bits);
        for (int i = 0; i < bits; i++) {
            writer.u8(bit(program, i));
        }
        return Sha256.twice(writer.sharedArray(), 0, writer.length());
    }

    /** The number of the autonomous system; 0 if it is not known, or the address is not of the Internet. */
    public long asOf(NetAddress address) {
        Bytes ip = lookedUp(address);
        return ip == null ? 0 : interpret(ip);
    }

    /** The 16 bytes to look up: those of an IPv4 address also where it is only the end of a tunnel. */
    private static @Nullable Bytes lookedUp(NetAddress address) {
        return switch (address.network()) {
            case IPV4 -> Bytes.concat(IPV4_MAPPED, address.address());
            case IPV6 -> {
                Bytes inner = IpRules.embeddedIpv4(address.address());
                yield inner == null ? address.address() : Bytes.concat(IPV4_MAPPED, inner);
            }
            case TORV3, I2P, CJDNS -> null;
        };
    }

    private long interpret(Bytes ip) {
        Reader reader = new Reader(program);
        long otherwise = 0;
        int taken = 0;
        try {
            while (true) {
                switch (reader.next(INSTRUCTION)) {
                    case RETURN -> {
                        return reader.next(ASN);
                    }
                    case JUMP -> {
                        int offset = reader.next(OFFSET);
                        if (addressBit(ip, taken++) == 1) {
                            reader.position += offset;
                        }
                    }
                    case MATCH -> {
                        int pattern = reader.next(PATTERN);
                        for (int i = lengthOf(pattern) - 1; i >= 0; i--) {
                            if (addressBit(ip, taken++) != (pattern >> i & 1)) {
                                return otherwise;
                            }
                        }
                    }
                    default -> otherwise = reader.next(ASN);
                }
            }
        } catch (MalformedException e) {
            throw new IllegalStateException("an AS map that was checked ended early", e);
        }
    }

    private static int bit(Bytes program, int position) {
        return program.get(position >> 3) >> (position & 7) & 1;
    }

    private static int addressBit(Bytes ip, int position) {
        return ip.get(position >> 3) >> (7 - (position & 7)) & 1;
    }

    /** Bits of a pattern: those below its highest set one. */
    private static int lengthOf(int pattern) {
        return 31 - Integer.numberOfLeadingZeros(pattern);
    }

    /**
     * Numbers from {@code least} in classes of growing size: set bits count the classes passed over, an unset one ends them
     * (none after the last class), then comes the number within its class, high bit first.
     */
    private static final class Code {
        private final int least;
        private final int[] bits;

        Code(int least, int... bits) {
            this.least = least;
            this.bits = bits;
        }
    }

    private static final class Reader {
        private final Bytes program;
        private final int end;
        private int position;

        Reader(Bytes program) {
            this.program = program;
            this.end = program.length() * 8;
        }

        int bit() throws MalformedException {
            if (position >= end) {
                throw new MalformedException("it ends within an instruction");
            }
            return AsMap.bit(program, position++);
        }

        int next(Code code) throws MalformedException {
            int value = code.least;
            int last = code.bits.length - 1;
            int index = 0;
            while (index < last && bit() == 1) {
                value += 1 << code.bits[index++];
            }
            int within = 0;
            for (int i = 0; i < code.bits[index]; i++) {
                within = within << 1 | bit();
            }
            return value + within;
        }
    }

    /** Walks through a map once, both ways at each jump, and finds what no proper map has. */
    private static final class Check {
        private final Reader reader;
        private final Deque<Target> targets = new ArrayDeque<>();
        private int left = ADDRESS_BITS;
        private int before = JUMP;
        private boolean shortMatch;

        /** Where a jump leads, and bits of the address that are left there. */
        private record Target(long position, int left) {}

        Check(Bytes program) {
            this.reader = new Reader(program);
        }

        void run() throws MalformedException {
            boolean more = true;
            while (more) {
                Target target = targets.peek();
                require(target == null || reader.position < target.position, "a jump leads into an instruction");
                int instruction = reader.next(INSTRUCTION);
                switch (instruction) {
                    case RETURN -> more = answer();
                    case JUMP -> jump();
                    case MATCH -> match();
                    default -> {
                        require(before != DEFAULT, "a default follows another");
                        reader.next(ASN);
                        before = DEFAULT;
                    }
                }
            }
        }

        /** Returns whether something is left to look at. */
        private boolean answer() throws MalformedException {
            require(before != DEFAULT, "an answer follows a default at once");
            reader.next(ASN);
            if (targets.isEmpty()) {
                require(reader.end - reader.position <= MAX_PADDING_BITS, "something follows that is never reached");
                while (reader.position < reader.end) {
                    require(reader.bit() == 0, "its padding is not zero");
                }
                return false;
            }
            Target target = targets.pop();
            require(reader.position == target.position, "there is something that is never reached");
            left = target.left;
            before = JUMP;
            return true;
        }

        private void jump() throws MalformedException {
            long target = reader.next(OFFSET);
            target += reader.position;
            require(target <= reader.end, "a jump leads past the end");
            take(1);
            Target outer = targets.peek();
            require(outer == null || target < outer.position, "jumps cross");
            targets.push(new Target(target, left));
            before = JUMP;
        }

        private void match() throws MalformedException {
            int length = lengthOf(reader.next(PATTERN));
            shortMatch &= before == MATCH;
            require(length == WHOLE_PATTERN_BITS || !shortMatch, "two short matches follow each other");
            shortMatch = length < WHOLE_PATTERN_BITS;
            take(length);
            before = MATCH;
        }

        private void take(int bits) throws MalformedException {
            require(left >= bits, "it reads more bits than an address has");
            left -= bits;
        }

        private static void require(boolean holds, String fault) throws MalformedException {
            if (!holds) {
                throw new MalformedException(fault);
            }
        }
    }
}
