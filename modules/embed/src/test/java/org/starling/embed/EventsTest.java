package org.starling.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.starling.bytes.Hash256;

@Timeout(30)
class EventsTest {
    @Test
    void aListenerThatIsFarBehindIsToldHowMuchItMissed() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        AtomicLong heard = new AtomicLong();
        AtomicLong missed = new AtomicLong();
        Events events = new Events("events");
        events.add(new NodeListener() {
            @Override
            public void blockConnected(int height, Hash256 hash) {
                try {
                    slow.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                heard.incrementAndGet();
            }

            @Override
            public void missed(long count) {
                missed.addAndGet(count);
            }
        });
        int sent = Events.MAX_WAITING + 500;
        for (int i = 0; i < sent; i++) {
            int height = i;
            events.tell(listener -> listener.blockConnected(height, Hash256.ZERO));
        }
        slow.countDown();
        while (heard.get() < Events.MAX_WAITING) {
            Thread.sleep(1);
        }
        events.tell(listener -> listener.blockConnected(0, Hash256.ZERO));
        events.close();
        assertThat(missed.get()).isBetween(499L, 500L);
        assertThat(heard.get() + missed.get()).isEqualTo(sent + 1);
    }
}
