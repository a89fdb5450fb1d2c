package org.starling.wallet;

import java.util.List;
import java.util.stream.Collectors;
import org.starling.bytes.Bytes;

/**
 * Where a key comes from (BIP-0032).
 *
 * @param fingerprint of the master key, 4 bytes
 * @param path child numbers from there, hardened ones negative
 */
public record KeyOrigin(Bytes fingerprint, List<Integer> path) {
    public KeyOrigin {
        path = List.copyOf(path);
    }

    /** The path as it is written behind {@code m} or a fingerprint, each step with its slash. */
    public String pathText() {
        return path.stream().map(KeyOrigin::step).collect(Collectors.joining());
    }

    static String step(int number) {
        return "/" + (number & Integer.MAX_VALUE) + (number < 0 ? "h" : "");
    }
}
