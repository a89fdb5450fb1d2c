package org.starling.api.rpc;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hex;

/**
 * Who may call: one plain {@code user:password} (the cookie or rpcuser and rpcpassword), and users of whom only a salted
 * HMAC-SHA256 is known (rpcauth).
 *
 * @param plain {@code user:password}, empty for none
 */
public record RpcCredentials(String plain, List<Hashed> hashed) {
    /** A user of rpcauth. */
    public record Hashed(String user, String salt, String hmac) {
        /** Reads {@code user:salt$hmac}; null if it is something else. */
        public static @Nullable Hashed parse(String text) {
            String[] parts = text.split(":", -1);
            String[] secret = parts.length == 2 ? parts[1].split("\\$", -1) : new String[0];
            return secret.length == 2 ? new Hashed(parts[0], secret[0], secret[1]) : null;
        }

        private boolean admits(String name, String password) {
            return equalInConstantTime(user, name) && equalInConstantTime(hmac, hmacOf(salt, password));
        }
    }

    @Override
    public String toString() {
        return "RpcCredentials of " + (hashed.size() + (plain.isEmpty() ? 0 : 1)) + " users";
    }

    /** The user whom the value of an Authorization header proves, or null. */
    @Nullable
    String userOf(String header) {
        if (!header.startsWith("Basic ")) {
            return null;
        }
        String pair;
        try {
            pair = new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            return null;
        }
        String user = pair.substring(0, colon);
        boolean known = !plain.isEmpty() && equalInConstantTime(plain, pair);
        for (Hashed entry : hashed) {
            known |= entry.admits(user, pair.substring(colon + 1));
        }
        return known ? user : null;
    }

    private static boolean equalInConstantTime(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String hmacOf(String salt, String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // A key of length zero is not accepted by the JDK; a zero byte is the same key to HMAC.
            byte[] key = salt.isEmpty() ? new byte[1] : salt.getBytes(StandardCharsets.UTF_8);
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return Hex.encode(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HmacSHA256", e);
        }
    }
}
