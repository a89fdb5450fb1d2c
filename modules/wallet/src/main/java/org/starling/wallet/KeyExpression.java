package org.starling.wallet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * A key in a descriptor.
 *
 * @param origin where it comes from, with its brackets; empty if that is not said
 * @param source of the key
 */
record KeyExpression(String origin, Source source) {
    /** What gives the key. */
    sealed interface Source {
        /** The key at that index of the range. */
        Bytes publicKey(int index) throws DescriptorException;

        /** Without secrets. */
        String text();
    }

    /**
     * One key.
     *
     * @param shown the key as the descriptor writes it, in hex
     */
    record Fixed(Bytes key, String shown, boolean secretKnown) implements Source {
        @Override
        public Bytes publicKey(int index) {
            return key;
        }

        @Override
        public String text() {
            return shown;
        }
    }

    /** How the last step of a path is to be read. */
    enum Wildcard {
        NONE,
        PLAIN,
        HARDENED
    }

    /**
     * A key that follows from an extended key.
     *
     * @param path child numbers below the key
     * @param shownPath the path as the descriptor writes it, with the wildcard
     * @param shownRoot the extended public key
     */
    record Derived(ExtendedKey root, String shownRoot, List<Integer> path, String shownPath, Wildcard wildcard)
            implements Source {
        @Override
        public Bytes publicKey(int index) throws DescriptorException {
            ExtendedKey key = root;
            for (int step : path) {
                key = child(key, step);
            }
            return switch (wildcard) {
                case NONE -> key.publicKey();
                case PLAIN -> child(key, index).publicKey();
                case HARDENED -> child(key, index | ExtendedKey.HARDENED).publicKey();
            };
        }

        private static ExtendedKey child(ExtendedKey parent, int number) throws DescriptorException {
            @Nullable ExtendedKey child = parent.child(number);
            if (child == null) {
                throw new DescriptorException("Cannot derive script without private keys");
            }
            return child;
        }

        @Override
        public String text() {
            return shownRoot + shownPath;
        }
    }

    /** 33 or 65 bytes. */
    Bytes publicKey(int index) throws DescriptorException {
        return source.publicKey(index);
    }

    /** The x coordinate. */
    Bytes xOnly(int index) throws DescriptorException {
        return publicKey(index).slice(1, 33);
    }

    boolean isRange() {
        return source instanceof Derived derived && derived.wildcard() != Wildcard.NONE;
    }

    boolean hasPrivateKey() {
        return switch (source) {
            case Fixed fixed -> fixed.secretKnown();
            case Derived derived -> derived.root().isPrivate();
        };
    }

    String text() {
        return origin + source.text();
    }
}
