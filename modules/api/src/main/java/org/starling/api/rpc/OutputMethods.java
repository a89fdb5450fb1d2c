package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.RANGE;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Optional;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorChecksum;
import org.starling.wallet.DescriptorException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about addresses and descriptors. */
final class OutputMethods {
    /** Most scripts that one range gives. */
    private static final int MAX_RANGE = 1_000_000;

    private OutputMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "validateaddress",
                        "util",
                        "Return information about the given bitcoin address."
                                + " Of what is no address of this chain it says what is wrong with it.",
                        OutputMethods::validateAddress,
                        required("address", TEXT, "the text")),
                RpcMethod.of(
                        "getdescriptorinfo",
                        "util",
                        "Checks a descriptor and gives it in its canonical form without private keys.",
                        OutputMethods::getDescriptorInfo,
                        required("descriptor", TEXT, "the descriptor, its checksum may be missing")),
                RpcMethod.of(
                        "deriveaddresses",
                        "util",
                        "The addresses that a descriptor stands for.",
                        OutputMethods::deriveAddresses,
                        required("descriptor", TEXT, "the descriptor with its checksum"),
                        optional("range", RANGE, "for one with a wildcard: the last index, or first and last")));
    }

    private static JsonNode validateAddress(Call call) {
        AddressPrefixes prefixes = call.chain().prefixes();
        Address.Decoded decoded = Address.decode(call.text("address"), prefixes);
        Address address = decoded.address();
        if (address == null) {
            ObjectNode json = Json.object().put("isvalid", false);
            ArrayNode locations = json.putArray("error_locations");
            decoded.errorLocations().forEach(locations::add);
            return json.put("error", decoded.error());
        }
        ObjectNode json = Json.object()
                .put("isvalid", true)
                .put("address", address.encode(prefixes))
                .put("scriptPubKey", address.scriptPubKey().hex());
        return addForm(json, address);
    }

    /** What can be told of any address: whether it is of a script, and its witness program. */
    static ObjectNode addForm(ObjectNode json, Address address) {
        return switch (address) {
            case Address.PubkeyHash _ -> json.put("isscript", false).put("iswitness", false);
            case Address.ScriptHash _ -> json.put("isscript", true).put("iswitness", false);
            case Address.WitnessPubkeyHash keyHash -> program(json.put("isscript", false), keyHash);
            case Address.WitnessScriptHash scriptHash -> program(json.put("isscript", true), scriptHash);
            case Address.Taproot taproot -> program(json.put("isscript", true), taproot);
            case Address.PayToAnchor _ -> json.put("isscript", true).put("iswitness", true);
            case Address.WitnessUnknown unknown -> program(json, unknown);
        };
    }

    private static ObjectNode program(ObjectNode json, Address.WitnessProgram program) {
        return json.put("iswitness", true)
                .put("witness_version", program.version())
                .put("witness_program", program.program().hex());
    }

    /** The descriptors that a text stands for. */
    static List<Descriptor> parse(Call call, String text, boolean needChecksum) {
        try {
            return Descriptor.parse(text, call.chain().prefixes(), needChecksum);
        } catch (DescriptorException e) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, e.reason());
        }
    }

    private static JsonNode getDescriptorInfo(Call call) {
        String text = call.text("descriptor");
        List<Descriptor> descriptors = parse(call, text, false);
        Descriptor first = descriptors.getFirst();
        ObjectNode json = Json.object().put("descriptor", first.text());
        if (descriptors.size() > 1) {
            json.set(
                    "multipath_expansion",
                    Json.texts(descriptors.stream().map(Descriptor::text).toList()));
        }
        int hash = text.indexOf('#');
        return json.put("checksum", DescriptorChecksum.of(hash < 0 ? text : text.substring(0, hash)))
                .put("isrange", first.isRange())
                .put("issolvable", first.isSolvable())
                .put("hasprivatekeys", first.hasPrivateKeys());
    }

    private static JsonNode deriveAddresses(Call call) {
        List<Descriptor> descriptors = parse(call, call.text("descriptor"), true);
        boolean ranged = descriptors.getFirst().isRange();
        int[] range = call.has("range") ? range(call.get("range")) : new int[] {0, 0};
        if (!ranged && call.has("range")) {
            throw Call.invalid("Range should not be specified for an un-ranged descriptor");
        }
        if (ranged && !call.has("range")) {
            throw Call.invalid("Range must be specified for a ranged descriptor");
        }
        ArrayNode all = Json.array();
        for (Descriptor descriptor : descriptors) {
            all.add(addresses(descriptor, range, call.chain().prefixes()));
        }
        return descriptors.size() == 1 ? all.get(0) : all;
    }

    private static ArrayNode addresses(Descriptor descriptor, int[] range, AddressPrefixes prefixes) {
        ArrayNode addresses = Json.array();
        for (long index = range[0]; index <= range[1]; index++) {
            List<Bytes> scripts = scripts(descriptor, (int) index);
            for (Bytes script : scripts) {
                Optional<Address> address = Address.ofScript(script);
                if (address.isPresent()) {
                    addresses.add(address.get().encode(prefixes));
                } else if (scripts.size() == 1) {
                    throw new RpcException(
                            RpcException.INVALID_ADDRESS_OR_KEY, "Descriptor does not have a corresponding address");
                }
            }
        }
        return addresses;
    }

    /** The scripts of a descriptor at an index. */
    static List<Bytes> scripts(Descriptor descriptor, int index) {
        try {
            return descriptor.scripts(index);
        } catch (DescriptorException e) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, e.reason());
        }
    }

    /** First and last index of a range, given as the last or as both. */
    static int[] range(JsonNode value) {
        long low = 0;
        long high;
        if (value.isNumber()) {
            high = Call.number(value);
        } else if (value.isArray()
                && value.size() == 2
                && value.get(0).isNumber()
                && value.get(1).isNumber()) {
            low = Call.number(value.get(0));
            high = Call.number(value.get(1));
            if (low > high) {
                throw Call.invalid("Range specified as [begin,end] must not have begin after end");
            }
        } else {
            throw Call.invalid("Range must be specified as end or as [begin,end]");
        }
        if (low < 0) {
            throw Call.invalid("Range should be greater or equal than 0");
        }
        if (high < 0 || high > Descriptor.MAX_INDEX) {
            throw Call.invalid("End of range is too high");
        }
        if (high >= low + MAX_RANGE) {
            throw Call.invalid("Range is too large");
        }
        return new int[] {(int) low, (int) high};
    }
}
