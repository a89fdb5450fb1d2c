package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.world.Endpoint;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;
import org.starling.world.SeededRandomness;

class SimulatedNetworkTest {
    private static final Endpoint HERE = new Endpoint(Bytes.fromHex("14010101"), 18444);

    private final Conditions conditions = new Conditions(0, 1_000_000, 0, 1);
    private Scheduler scheduler = new Scheduler(1_000_000);
    private SimulatedInternet internet = new SimulatedInternet(scheduler, conditions, new SeededRandomness(1));
    private final List<String> server = new ArrayList<>();
    private final List<String> client = new ArrayList<>();
    private SimulatedNetwork us = network(1, Region.EUROPE, true, server);
    private SimulatedNetwork them = network(2, Region.ASIA, true, client);

    private SimulatedNetwork network(int id, Region region, boolean reachable, List<String> events) {
        SimulatedNetwork[] self = new SimulatedNetwork[1];
        self[0] = new SimulatedNetwork(
                internet,
                id,
                Bytes.fromHex("14010" + id + "01"),
                region,
                reachable,
                event -> note(self[0], events, event));
        return self[0];
    }

    /** Notes events, and reads on at once. */
    private void note(SimulatedNetwork network, List<String> events, NetworkEvent event) {
        events.add((scheduler.millis() - 1_000_000) + " " + text(event));
        if (!(event instanceof NetworkEvent.Closed)) {
            network.read(event.link());
        }
    }

    private static String text(NetworkEvent event) {
        return switch (event) {
            case NetworkEvent.Accepted accepted -> "accepted";
            case NetworkEvent.Connected connected -> "connected";
            case NetworkEvent.Received received -> "received " + received.data().length();
            case NetworkEvent.Drained drained -> "drained";
            case NetworkEvent.Closed closed -> closed.reason();
        };
    }

    private void run(long millis) {
        scheduler.runUntil(() -> false, scheduler.micros() + millis * 1_000);
    }

    @Test
    void distanceAndBandwidthTakeTime() throws NetworkException {
        us.listen(new Endpoint(Bytes.wrap(new byte[4]), 18444));
        Endpoint target = new Endpoint(Bytes.fromHex("14010101"), 18444);
        long link = them.connect(target, 5_000);
        run(1_000);
        assertThat(server).containsExactly("85 accepted");
        assertThat(client).containsExactly("170 connected");
        assertThat(them.send(link, Bytes.wrap(new byte[100_000])))
                .as("another may follow at once")
                .isTrue();
        run(1_000);
        assertThat(client).containsExactly("170 connected");
        assertThat(server).containsExactly("85 accepted", "1185 received 100000");
        them.close(link);
        run(1_000);
        assertThat(server).last().isEqualTo("2085 closed by the other side");
        assertThat(us.links()).isZero();
    }

    @Test
    void nobodyAnswersBehindANatOrWhereNobodyIs() throws NetworkException {
        List<String> hidden = new ArrayList<>();
        SimulatedNetwork natted = network(3, Region.EUROPE, false, hidden);
        natted.listen(new Endpoint(Bytes.wrap(new byte[4]), 18444));
        them.connect(new Endpoint(Bytes.fromHex("14010301"), 18444), 5_000);
        them.connect(HERE, 3_000);
        run(10_000);
        assertThat(client).containsExactly("3000 no answer from 20.1.1.1:18444", "5000 no answer from 20.1.3.1:18444");
        assertThat(hidden).isEmpty();
    }

    @Test
    void aShortPartitionDelaysAndALongOneBreaks() throws NetworkException {
        us.listen(HERE);
        long link = them.connect(HERE, 5_000);
        run(1_000);
        them.side(1);
        internet.sidesChanged();
        them.send(link, Bytes.fromHex("01"));
        run(10_000);
        assertThat(server).hasSize(1);
        them.side(0);
        internet.sidesChanged();
        run(1_000);
        assertThat(server).last().isEqualTo("11085 received 1");
        them.side(1);
        internet.sidesChanged();
        run(70_000);
        assertThat(server).last().asString().endsWith("connection timed out");
        assertThat(client).last().asString().endsWith("connection timed out");
        them.connect(HERE, 5_000);
        run(10_000);
        assertThat(client).last().asString().contains("no answer");
    }

    @Test
    void whatAPartitionHeldUpComesInItsOrder() throws NetworkException {
        us.listen(HERE);
        long link = them.connect(HERE, 5_000);
        run(1_000);
        them.side(1);
        internet.sidesChanged();
        them.send(link, Bytes.wrap(new byte[1]));
        run(500);
        them.side(0);
        internet.sidesChanged();
        // Sent while the first is on its way once more.
        them.send(link, Bytes.wrap(new byte[2]));
        run(1_000);
        assertThat(server.subList(1, 3)).containsExactly("1585 received 1", "1585 received 2");
    }

    @Test
    void aReceiverThatDoesNotReadHoldsTheSenderUp() throws NetworkException {
        List<Bytes> got = new ArrayList<>();
        SimulatedNetwork lazy =
                new SimulatedNetwork(internet, 4, Bytes.fromHex("14010401"), Region.EUROPE, true, event -> {
                    if (event instanceof NetworkEvent.Received received) {
                        got.add(received.data());
                    }
                });
        lazy.listen(new Endpoint(Bytes.wrap(new byte[4]), 1));
        long link = them.connect(new Endpoint(Bytes.fromHex("14010401"), 1), 5_000);
        run(1_000);
        assertThat(them.send(link, Bytes.wrap(new byte[200_000]))).isTrue();
        // Now more is under way than the window holds.
        assertThat(them.send(link, Bytes.wrap(new byte[200_000]))).isFalse();
        run(1_000);
        assertThat(client.stream().filter(line -> line.endsWith("drained"))).isEmpty();
        assertThat(got).isEmpty();
        lazy.read(1);
        run(0);
        assertThat(got).hasSize(1);
        assertThat(client.stream().filter(line -> line.endsWith("drained"))).hasSize(1);
        lazy.read(1);
        assertThat(got).hasSize(2);
    }

    @Test
    void theTraceIsAFunctionOfTheSeed() throws NetworkException {
        assertThat(trace(1)).isEqualTo(trace(1)).isNotEqualTo(trace(2));
    }

    private Hash256 trace(long seed) throws NetworkException {
        scheduler = new Scheduler(0);
        internet = new SimulatedInternet(scheduler, Conditions.ORDINARY, new SeededRandomness(seed));
        us = network(1, Region.EUROPE, true, server);
        them = network(2, Region.ASIA, true, client);
        us.listen(HERE);
        long link = them.connect(HERE, 5_000);
        run(1_000);
        for (int i = 0; i < 50; i++) {
            them.send(link, new ByteWriter().i32(i).toBytes());
            run(100);
        }
        return scheduler.trace();
    }
}
