package org.starling.api.page;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.wallet.spend.Draft;

/** Payments that were shown to be confirmed, and are not sent yet: what is sent is exactly what was shown. */
final class Outbox {
    /** Most of them at once. */
    private static final int MAX_WAITING = 16;

    /** How long one waits for a yes; after that, fees and coins may be others. */
    private static final long PATIENCE_NANOS = 900_000_000_000L;

    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    /**
     * A payment that waits for a yes.
     *
     * @param wallet its name
     * @param notes what is to be written beside it
     * @param payee whom it pays; null if that is nobody whose label is to be kept
     * @param label of the payee; empty for none
     */
    record Waiting(
            String wallet,
            Draft draft,
            Map<String, String> notes,
            @Nullable Bytes payee,
            String label,
            long madeNanos) {
        Waiting {
            notes = Map.copyOf(notes);
        }
    }

    synchronized void put(String id, Waiting payment) {
        Iterator<String> oldest = waiting.keySet().iterator();
        while (waiting.size() >= MAX_WAITING) {
            oldest.next();
            oldest.remove();
        }
        waiting.put(id, payment);
    }

    /** The payment of that name, if it may still be sent. */
    synchronized Waiting get(String id) throws RefusedException {
        Waiting payment = waiting.get(id);
        if (payment == null || System.nanoTime() - payment.madeNanos() > PATIENCE_NANOS) {
            throw new RefusedException(
                    "",
                    "This payment waited too long, or was sent already. Look at the history, then"
                            + " begin anew if it is not there.");
        }
        return payment;
    }

    synchronized void remove(String id) {
        waiting.remove(id);
    }
}
