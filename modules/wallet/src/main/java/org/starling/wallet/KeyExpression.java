package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.crypto.Hash160;

/**
 * A key in a descriptor.
 *
 * @param origin where it comes from; null if that is not said
 * @param shownOrigin the same as the descriptor writes it, with its brackets; empty if that is not said
 * @param source of the key
 */
record KeyExpression(@Nullable KeyOrigin origin, String shownOrigin, Source source) {
    private static final String NO_PRIVATE_KEYS = "Cannot derive script without private keys";

    /** What gives the key. */
    sealed interface Source permits Fixed, Derived, MusigSource {
        /** The key at that index of the range. */
        Bytes publicKey(int index) throws DescriptorException;

        /** Its private key; null if that is not known. */
        @Nullable
        Bytes secret(int index) throws DescriptorException;

        /** Without secrets. */
        String text();

        /** With the private key, if it is known. */
        String privateText();
    }

    /**
     * One key.
     *
     * @param shown the key as the descriptor writes it, in hex
     * @param shownSecret its private key as text; empty if that is not known
     */
    record Fixed(Bytes key, String shown, @Nullable Bytes secret, String shownSecret) implements Source {
        @Override
        public Bytes publicKey(int index) {
            return key;
        }

        @Override
        public @Nullable Bytes secret(int index) {
            return secret;
        }

        @Override
        public String text() {
            return shown;
        }

        @Override
        public String privateText() {
            return secret == null ? shown : shownSecret;
        }

        /** Says nothing of the secret. */
        @Override
        public String toString() {
            return "Fixed[" + shown + "]";
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
     * @param parent the key at the end of the path, before the wildcard; null if it needs private keys that are not known
     * @param publicParent the same without its private key
     */
    record Derived(
            ExtendedKey root,
            AddressPrefixes prefixes,
            List<Integer> path,
            String shownPath,
            Wildcard wildcard,
            @Nullable ExtendedKey parent,
            @Nullable ExtendedKey publicParent)
            implements Source {
        static Derived of(
                ExtendedKey root, AddressPrefixes prefixes, List<Integer> path, String shownPath, Wildcard wildcard) {
            ExtendedKey parent = descend(root, path);
            ExtendedKey publicParent = parent == null ? null : parent.neuter();
            return new Derived(root, prefixes, List.copyOf(path), shownPath, wildcard, parent, publicParent);
        }

        private static @Nullable ExtendedKey descend(ExtendedKey from, List<Integer> path) {
            ExtendedKey key = from;
            for (int step : path) {
                key = key == null ? null : key.child(step);
            }
            return key;
        }

        @Override
        public Bytes publicKey(int index) throws DescriptorException {
            return switch (wildcard) {
                case NONE -> known(publicParent).publicKey();
                case PLAIN -> known(known(publicParent).child(index)).publicKey();
                case HARDENED ->
                    known(known(parent).child(index | ExtendedKey.HARDENED)).publicKey();
            };
        }

        @Override
        public @Nullable Bytes secret(int index) throws DescriptorException {
            if (!root.isPrivate()) {
                return null;
            }
            return switch (wildcard) {
                case NONE -> known(parent).key();
                case PLAIN -> known(known(parent).child(index)).key();
                case HARDENED ->
                    known(known(parent).child(index | ExtendedKey.HARDENED)).key();
            };
        }

        private static ExtendedKey known(@Nullable ExtendedKey key) throws DescriptorException {
            if (key == null) {
                throw new DescriptorException(NO_PRIVATE_KEYS);
            }
            return key;
        }

        @Override
        public String text() {
            return root.neuter().encode(prefixes) + shownPath;
        }

        @Override
        public String privateText() {
            return root.encode(prefixes) + shownPath;
        }

        /** The steps from the root to the key at that index. */
        private List<Integer> steps(int index) {
            List<Integer> steps = new ArrayList<>(path);
            if (wildcard != Wildcard.NONE) {
                steps.add(wildcard == Wildcard.HARDENED ? index | ExtendedKey.HARDENED : index);
            }
            return steps;
        }

        /** How many steps are needed to pass the last hardened one. */
        private int hardenedSteps() {
            for (int i = path.size(); i > 0; i--) {
                if (path.get(i - 1) < 0) {
                    return i;
                }
            }
            return 0;
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
        return switch (source) {
            case Fixed _ -> false;
            case Derived derived -> derived.wildcard() != Wildcard.NONE;
            case MusigSource musig ->
                musig.isRange() || musig.participants().stream().anyMatch(KeyExpression::isRange);
        };
    }

    boolean hasPrivateKey() {
        return switch (source) {
            case Fixed fixed -> fixed.secret() != null;
            case Derived derived -> derived.root().isPrivate();
            case MusigSource musig -> musig.participants().stream().anyMatch(KeyExpression::hasPrivateKey);
        };
    }

    Stream<ExtendedKey> extendedKeys() {
        return switch (source) {
            case Fixed _ -> Stream.empty();
            case Derived derived -> Stream.of(derived.root());
            case MusigSource musig -> musig.participants().stream().flatMap(KeyExpression::extendedKeys);
        };
    }

    String text() {
        return shownOrigin + source.text();
    }

    /** With the private key, if it is known. */
    String privateText() {
        return shownOrigin + source.privateText();
    }

    /** As the extended public key behind the last hardened step, with the way to it, so that it derives without secrets. */
    String normalizedText() {
        if (source instanceof MusigSource musig) {
            return musig.text(KeyExpression::normalizedText);
        }
        if (!(source instanceof Derived derived)
                || derived.wildcard() == Wildcard.HARDENED
                || derived.hardenedSteps() == 0
                || derived.parent() == null) {
            return text();
        }
        int steps = derived.hardenedSteps();
        ExtendedKey at = Derived.descend(derived.root(), derived.path().subList(0, steps));
        if (at == null) {
            return text();
        }
        String way = origin == null
                ? derived.root().fingerprint().hex()
                : origin.fingerprint().hex() + origin.pathText();
        String rest = steps(derived.path().subList(steps, derived.path().size()));
        return "[" + way + steps(derived.path().subList(0, steps)) + "]"
                + at.neuter().encode(derived.prefixes()) + rest + (derived.wildcard() == Wildcard.PLAIN ? "/*" : "");
    }

    private static String steps(List<Integer> path) {
        return path.stream().map(KeyOrigin::step).collect(Collectors.joining());
    }

    /** The key at that index in hex, with its origin. */
    String textAt(int index, boolean xOnly) throws DescriptorException {
        Expansion.Key key = expand(index, xOnly);
        String hex =
                xOnly ? key.publicKey().slice(1, 33).hex() : key.publicKey().hex();
        boolean hasOrigin = origin != null || source instanceof Derived;
        return (hasOrigin
                        ? "[" + key.origin().fingerprint().hex() + key.origin().pathText() + "]"
                        : "")
                + hex;
    }

    /** The key at that index with all that is known of it. */
    Expansion.Key expand(int index, boolean xOnly) throws DescriptorException {
        Bytes publicKey = source.publicKey(index);
        List<Integer> path = new ArrayList<>(origin == null ? List.of() : origin.path());
        Bytes fingerprint;
        switch (source) {
            case Fixed _ -> fingerprint = Hash160.hash(publicKey).slice(0, 4);
            case Derived derived -> {
                path.addAll(derived.steps(index));
                fingerprint = derived.root().fingerprint();
            }
            case MusigSource musig -> {
                path.addAll(musig.steps(index));
                fingerprint = Hash160.hash(musig.expand(index).aggregate()).slice(0, 4);
            }
        }
        KeyOrigin from = new KeyOrigin(origin == null ? fingerprint : origin.fingerprint(), path);
        return new Expansion.Key(publicKey, from, source.secret(index), xOnly);
    }
}
