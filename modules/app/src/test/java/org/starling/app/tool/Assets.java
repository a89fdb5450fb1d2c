package org.starling.app.tool;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import tools.jackson.databind.JsonNode;

/** Taproot script assets as transactions. */
final class Assets {
    private Assets() {}

    /** The transaction in hexadecimal, its input unlocked as the asset's {@code success} or {@code failure} says. */
    static String withUnlocking(JsonNode asset, String which) {
        try {
            Transaction transaction =
                    Transaction.parse(Bytes.fromHex(asset.get("tx").asString()));
            int index = asset.get("index").asInt();
            List<Bytes> witness = new ArrayList<>();
            asset.get(which).get("witness").forEach(element -> witness.add(Bytes.fromHex(element.asString())));
            List<TxIn> inputs = new ArrayList<>(transaction.inputs());
            inputs.set(
                    index,
                    inputs.get(index)
                            .withScriptSig(Bytes.fromHex(
                                    asset.get(which).get("scriptSig").asString()))
                            .withWitness(witness));
            return Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime())
                    .serialized()
                    .hex();
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }
}
