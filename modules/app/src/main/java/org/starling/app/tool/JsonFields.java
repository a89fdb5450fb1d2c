package org.starling.app.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hex;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptFlags;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fields of a JSON object, read as what a tool needs, with complaints that name the field. */
final class JsonFields {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private JsonFields(JsonNode object) {
        this.object = object;
    }

    static JsonFields parse(String line) throws BadInputException {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw new BadInputException("not JSON: " + e.getOriginalMessage());
        }
        if (node == null || !node.isObject()) {
            throw new BadInputException("not a JSON object");
        }
        return new JsonFields(node);
    }

    Bytes hex(String name) throws BadInputException {
        return hex(required(name), name);
    }

    List<Bytes> hexList(String name) throws BadInputException {
        JsonNode node = object.get(name);
        List<Bytes> list = new ArrayList<>();
        if (node == null || node.isNull()) {
            return list;
        }
        if (!node.isArray()) {
            throw new BadInputException(name + ": a list of hexadecimal strings is expected");
        }
        for (int i = 0; i < node.size(); i++) {
            list.add(hex(node.get(i), name + "[" + i + "]"));
        }
        return list;
    }

    Transaction transaction(String name) throws BadInputException {
        Bytes bytes = hex(name);
        try {
            return Transaction.parse(bytes);
        } catch (MalformedException e) {
            throw new BadInputException(name + ": not a transaction: " + e.getMessage());
        }
    }

    List<TxOut> outputs(String name) throws BadInputException {
        required(name);
        List<TxOut> outputs = new ArrayList<>();
        for (Bytes bytes : hexList(name)) {
            try {
                ByteReader reader = bytes.reader();
                outputs.add(TxOut.read(reader));
                reader.expectEnd();
            } catch (MalformedException e) {
                throw new BadInputException(
                        name + "[" + outputs.size() + "]: not a transaction output: " + e.getMessage());
            }
        }
        return outputs;
    }

    /** The flags named, with those that they need, as Core's own tests add them; the given ones if there is no field. */
    int flags(int ifAbsent) throws BadInputException {
        JsonNode node = object.get("flags");
        if (node == null) {
            return ifAbsent;
        }
        if (!node.isString()) {
            throw new BadInputException("flags: a string of names separated by commas is expected");
        }
        int flags;
        try {
            flags = ScriptFlags.parse(node.asString());
        } catch (IllegalArgumentException e) {
            throw new BadInputException("flags: " + e.getMessage());
        }
        if ((flags & ScriptFlags.CLEANSTACK) != 0) {
            flags |= ScriptFlags.WITNESS;
        }
        return (flags & ScriptFlags.WITNESS) != 0 ? flags | ScriptFlags.P2SH : flags;
    }

    /** A whole number in the range, the one given if there is no field and there is one given. */
    long integer(String name, long minimum, long maximum, @Nullable Long ifAbsent) throws BadInputException {
        JsonNode node = object.get(name);
        if (node == null && ifAbsent != null) {
            return ifAbsent;
        }
        if (node == null) {
            throw new BadInputException(name + ": missing");
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new BadInputException(name + ": a whole number is expected, not " + node);
        }
        long value = node.asLong();
        if (value < minimum || value > maximum) {
            throw new BadInputException(name + ": " + value + " is not from " + minimum + " to " + maximum);
        }
        return value;
    }

    private JsonNode required(String name) throws BadInputException {
        JsonNode node = object.get(name);
        if (node == null) {
            throw new BadInputException(name + ": missing");
        }
        return node;
    }

    private static Bytes hex(JsonNode node, String name) throws BadInputException {
        if (!node.isString() || !Hex.isHex(node.asString())) {
            throw new BadInputException(name + ": a string of an even number of hexadecimal digits is expected");
        }
        return Bytes.fromHex(node.asString());
    }
}
