package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.embed.MachineWorld;
import org.starling.engine.Limits;
import org.starling.engine.Link;
import org.starling.node.Node;

/** Over a socket, somebody asks for more than it reads. */
@Timeout(60)
class SlowReaderTest {
    private static final int SCRIPT_BYTES = 900_000;
    private static final int BLOCK_BYTES = SCRIPT_BYTES + 1_000;

    @TempDir
    private Path directory;

    private record Queue(long bytes, long sent, boolean congested) {}

    private static Queue queueOfFirst(Node node) {
        return node.core(() -> {
            Link link = node.links().links().iterator().next();
            return new Queue(link.queuedBytes(), link.bytesSent(), link.congested());
        });
    }

    @Test
    void whoDoesNotReadHoldsABoundedPartOfOurMemoryAndKeepsNobodyWaiting() throws Exception {
        try (MachineWorld world = new MachineWorld(MachineWorld.Place.of(directory), "", failure -> {});
                Node node = FilterClientTest.start(world)) {
            Bytes script = Bytes.wrap(new byte[SCRIPT_BYTES]);
            Hash256 large = node.miner().generate(script, 1, 10_000_000).getFirst();
            int port = node.core(() -> node.peers()
                    .ownAddresses()
                    .all(node.clock().millis())
                    .getFirst()
                    .port());
            InventoryItem item = new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, large);
            try (FilterClientTest.Wire slow = new FilterClientTest.Wire(port);
                    FilterClientTest.Wire other = new FilterClientTest.Wire(port)) {
                slow.send(new GetData(Collections.nCopies(1_000, item)));
                Queue before = new Queue(0, -1, false);
                Queue queue = queueOfFirst(node);
                while (!queue.congested() || queue.sent() != before.sent()) {
                    assertThat(queue.bytes()).isLessThanOrEqualTo(Limits.SEND_QUEUE_BYTES + BLOCK_BYTES);
                    before = queue;
                    Thread.sleep(100);
                    queue = queueOfFirst(node);
                }
                assertThat(queue.bytes()).isLessThanOrEqualTo(Limits.SEND_QUEUE_BYTES + BLOCK_BYTES);
                assertThat(queue.sent()).as("it has not all of it").isLessThan(100L * BLOCK_BYTES);

                other.send(new GetData(List.of(item)));
                assertThat(other.await(BlockMessage.class).block().hash()).isEqualTo(large);
                assertThat(queueOfFirst(node)).as("the other one still waits").isEqualTo(queue);
            }
        }
    }
}
