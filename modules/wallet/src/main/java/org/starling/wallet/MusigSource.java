package org.starling.wallet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.crypto.Musig;
import org.starling.crypto.MusigKey;

/**
 * The MuSig2 aggregate of several keys, sorted (BIP-0390), or a key derived from it (BIP-0328).
 *
 * @param path child numbers below the aggregate key, none of them hardened
 * @param shownPath the same as the descriptor writes it, with the wildcard
 * @param isRange whether the index follows the path
 */
record MusigSource(List<KeyExpression> participants, List<Integer> path, String shownPath, boolean isRange)
        implements KeyExpression.Source {
    MusigSource {
        participants = List.copyOf(participants);
        path = List.copyOf(path);
    }

    @Override
    public Bytes publicKey(int index) throws DescriptorException {
        ExtendedKey key = ExtendedKey.ofAggregate(aggregate(index).publicKey());
        for (int step : steps(index)) {
            ExtendedKey child = key.child(step);
            if (child == null) {
                throw new DescriptorException("musig(): there is no key at index " + index);
            }
            key = child;
        }
        return key.publicKey();
    }

    /** The steps from the aggregate key to the key at that index. */
    List<Integer> steps(int index) {
        List<Integer> steps = new ArrayList<>(path);
        if (isRange) {
            steps.add(index);
        }
        return steps;
    }

    /** The keys at that index, in the order in which they are aggregated. */
    List<Bytes> sortedKeys(int index) throws DescriptorException {
        List<Bytes> keys = new ArrayList<>();
        for (KeyExpression participant : participants) {
            keys.add(participant.publicKey(index));
        }
        keys.sort(null);
        return keys;
    }

    private MusigKey aggregate(int index) throws DescriptorException {
        MusigKey key = Musig.aggregateKeys(sortedKeys(index));
        if (key == null) {
            throw new DescriptorException("musig(): the keys cannot be aggregated");
        }
        return key;
    }

    /** What the key at that index is made of. */
    Expansion.Musig expand(int index) throws DescriptorException {
        return new Expansion.Musig(publicKey(index), aggregate(index).publicKey(), sortedKeys(index));
    }

    /** There is none. */
    @Override
    public @Nullable Bytes secret(int index) {
        return null;
    }

    @Override
    public String text() {
        return text(KeyExpression::text);
    }

    @Override
    public String privateText() {
        return text(KeyExpression::privateText);
    }

    String text(Descriptor.KeyText form) {
        return participants.stream().map(form::of).collect(Collectors.joining(",", "musig(", ")")) + shownPath;
    }
}
