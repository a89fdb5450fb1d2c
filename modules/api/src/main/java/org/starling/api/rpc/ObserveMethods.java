package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.optional;

import java.util.List;
import org.starling.node.NodeObservation;
import org.starling.observatory.Concentration;
import org.starling.observatory.Report;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The observatory: a method of our own, which Bitcoin Core does not have. */
final class ObserveMethods {
    private ObserveMethods() {}

    static List<RpcMethod> all() {
        return List.of(RpcMethod.of(
                "observe",
                "network",
                "How decentralized the network is, as far as this node can see: by operator, network, client and miner the"
                        + " Nakamoto coefficient, Herfindahl-Hirschman index, effective number and Gini coefficient, each with"
                        + " the sample's size and a 95 % interval (percentile bootstrap), in words too; and how many"
                        + " operators would have to collude to decide all that this node hears. A method of Starling's own.",
                ObserveMethods::observe,
                optional("blocks", NUMBER, "how many of the last blocks count, 1 to 2016 (default: 144)")));
    }

    private static JsonNode observe(Call call) {
        int blocks = call.integer("blocks", NodeObservation.BLOCKS);
        if (blocks < 1 || blocks > NodeObservation.MOST_BLOCKS) {
            throw Call.invalid("blocks must be 1 to " + NodeObservation.MOST_BLOCKS + ", not " + blocks);
        }
        Report report = NodeObservation.of(call.node(), blocks);
        ObjectNode json = Json.object();
        ArrayNode views = json.putArray("views");
        for (Report.View view : report.views()) {
            ObjectNode one = views.addObject().put("name", view.name());
            Concentration measured = view.concentration();
            one.put("sample", measured == null ? 0 : measured.sample());
            if (measured != null) {
                one.put("holders", measured.holders());
                one.set("nakamoto", measure(measured.nakamoto()));
                one.set("hhi", measure(measured.herfindahl()));
                one.set("effective_number", measure(measured.effective()));
                one.set("gini", measure(measured.gini()));
            }
            one.set("largest", holders(view.largest()));
            one.put("words", view.words());
        }
        Report.Eclipse eclipse = report.eclipse();
        ObjectNode risk =
                json.putObject("eclipse").put("outbound_links", eclipse.links()).put("operators", eclipse.operators());
        risk.set("holders", holders(eclipse.holders()));
        risk.put("words", eclipse.words());
        return json;
    }

    private static ObjectNode measure(Concentration.Measure measure) {
        return Json.object()
                .put("value", measure.value())
                .put("low", measure.low())
                .put("high", measure.high());
    }

    private static ArrayNode holders(List<Report.Holder> holders) {
        ArrayNode json = Json.array();
        holders.forEach(holder -> json.addObject().put("name", holder.name()).put("count", holder.count()));
        return json;
    }
}
