package org.starling.api.rpc;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who may call what.
 *
 * @param callers addresses that are answered; this machine's always are
 * @param methods by user, the only methods that the user may call
 * @param othersUnlimited whether users that {@code methods} does not name may call every method; if not, none
 * @param anyHost whether requests that name this machine otherwise than by address are answered; they are not if only
 *     this machine may call, because then such a name can only come from a page that rebinds its own
 */
public record RpcAccess(
        RpcCredentials credentials,
        Predicate<InetAddress> callers,
        Map<String, Set<String>> methods,
        boolean othersUnlimited,
        boolean anyHost) {
    public RpcAccess {
        methods = methods.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Set.copyOf(entry.getValue())));
    }

    /** Only this machine may call, and whoever has the password may call everything. */
    public static RpcAccess local(RpcCredentials credentials) {
        return new RpcAccess(credentials, address -> false, Map.of(), true, false);
    }

    /** The methods common to two limits of one user. */
    public static Set<String> both(Set<String> one, Set<String> other) {
        Set<String> common = new HashSet<>(one);
        common.retainAll(other);
        return common;
    }

    boolean admits(InetAddress caller) {
        return caller.isLoopbackAddress() || callers.test(caller);
    }

    boolean permits(String user, String method) {
        Set<String> permitted = methods.get(user);
        return permitted == null ? othersUnlimited : permitted.contains(method);
    }
}
