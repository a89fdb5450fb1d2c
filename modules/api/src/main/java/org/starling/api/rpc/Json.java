package org.starling.api.rpc;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON as the RPC speaks it: fields in the order of their writing, amounts in BTC with exactly eight decimals. */
public final class Json {
    /** Satoshis in a bitcoin. */
    public static final long COIN = 100_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    /** Reals have as many digits as Bitcoin Core writes: clients compare them digit by digit. */
    private static final MathContext SIGNIFICANT = new MathContext(16);

    private static final JsonNodeFactory NODES = new JsonNodeFactory() {
        @Override
        public NumericNode numberNode(double value) {
            return DecimalNode.valueOf(new BigDecimal(value, SIGNIFICANT).stripTrailingZeros());
        }
    };

    private Json() {}

    public static ObjectNode object() {
        return NODES.objectNode();
    }

    public static ArrayNode array() {
        return NODES.arrayNode();
    }

    /** An array of texts. */
    public static ArrayNode texts(Collection<?> values) {
        ArrayNode array = array();
        values.forEach(value -> array.add(value.toString()));
        return array;
    }

    public static JsonNode nothing() {
        return JsonNodeFactory.instance.nullNode();
    }

    public static JsonNode text(String value) {
        return JsonNodeFactory.instance.stringNode(value);
    }

    public static JsonNode hash(Hash256 hash) {
        return text(hash.toString());
    }

    public static JsonNode hex(Bytes bytes) {
        return text(bytes.hex());
    }

    public static JsonNode number(long value) {
        return JsonNodeFactory.instance.numberNode(value);
    }

    public static JsonNode real(double value) {
        return NODES.numberNode(value);
    }

    public static JsonNode flag(boolean value) {
        return JsonNodeFactory.instance.booleanNode(value);
    }

    /** Satoshis as a number of bitcoins. */
    public static JsonNode amount(long satoshis) {
        return DecimalNode.valueOf(BigDecimal.valueOf(satoshis, 8));
    }

    /** The one value in the text. Throws {@link RpcException} if it is not JSON. */
    public static JsonNode parse(byte[] text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node == null || node.isMissingNode()) {
                throw new RpcException(RpcException.PARSE_ERROR, "Parse error");
            }
            return node;
        } catch (JacksonException e) {
            throw new RpcException(RpcException.PARSE_ERROR, "Parse error");
        }
    }

    /** On one line. */
    public static byte[] write(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** On one line, as text. */
    public static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /** Over several lines, indented by {@code width}, as Bitcoin Core's client prints. */
    public static String indented(JsonNode node, int width) {
        StringBuilder text = new StringBuilder();
        indent(node, width, 1, text);
        return text.toString();
    }

    private static void indent(JsonNode node, int width, int depth, StringBuilder text) {
        if (!node.isContainer()) {
            text.append(line(node));
            return;
        }
        text.append(node.isArray() ? '[' : '{');
        boolean first = true;
        if (node.isArray()) {
            for (JsonNode element : node) {
                next(first, width, depth, text);
                first = false;
                indent(element, width, depth + 1, text);
            }
        } else {
            for (var field : node.properties()) {
                next(first, width, depth, text);
                first = false;
                text.append(line(text(field.getKey()))).append(": ");
                indent(field.getValue(), width, depth + 1, text);
            }
        }
        text.append('\n').append(" ".repeat(width * (depth - 1))).append(node.isArray() ? ']' : '}');
    }

    private static void next(boolean first, int width, int depth, StringBuilder text) {
        text.append(first ? "\n" : ",\n").append(" ".repeat(width * depth));
    }

    /** How error messages name the type of a value. */
    static String typeName(JsonNode node) {
        if (node.isString()) {
            return "string";
        }
        if (node.isNumber()) {
            return "number";
        }
        if (node.isBoolean()) {
            return "bool";
        }
        return node.isArray() ? "array" : node.isObject() ? "object" : "null";
    }
}
