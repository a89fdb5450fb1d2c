package org.starling.app;

import java.util.ArrayList;
import java.util.List;
import org.starling.api.zmq.Publication;
import org.starling.api.zmq.Publication.Topic;

/** What the operator wants to be published by ZeroMQ: {@code -zmqpub<topic>} and {@code -zmqpub<topic>hwm}. */
final class ZmqOptions {
    private ZmqOptions() {}

    static void addTo(Options options) {
        options.group("ZeroMQ");
        for (Topic topic : Topic.values()) {
            options.add(
                    option(topic), "<address>", "publish " + topic.label() + " at tcp://<host>:<port> or unix:<path>");
            options.add(
                    option(topic) + "hwm",
                    "<n>",
                    "messages that wait for a slow subscriber (default: " + Publication.DEFAULT_HIGH_WATER_MARK + ")");
        }
    }

    private static String option(Topic topic) {
        return "zmqpub" + topic.label();
    }

    static List<Publication> read(Settings settings) throws UsageException {
        List<Publication> publications = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            long mark = settings.number(option(topic) + "hwm", Publication.DEFAULT_HIGH_WATER_MARK);
            if (mark < 0 || mark > Integer.MAX_VALUE) {
                throw new UsageException("-" + option(topic) + "hwm=" + mark + " must be 0 (no limit) or a count.");
            }
            for (String address : settings.list(option(topic))) {
                publications.add(new Publication(topic, address, (int) mark));
            }
        }
        return publications;
    }
}
