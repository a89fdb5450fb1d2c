package org.starling.api.rpc;

import java.util.List;
import java.util.Map;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.OutputScript;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptNumber;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.SignatureEncoding;
import org.starling.crypto.PublicKeys;
import org.starling.wallet.DescriptorChecksum;
import tools.jackson.databind.node.ObjectNode;

/** Scripts as JSON. */
final class ScriptJson {
    private static final Map<Integer, String> HASH_TYPES = Map.of(
            0x01, "ALL",
            0x81, "ALL|ANYONECANPAY",
            0x02, "NONE",
            0x82, "NONE|ANYONECANPAY",
            0x03, "SINGLE",
            0x83, "SINGLE|ANYONECANPAY");

    private ScriptJson() {}

    /** An output script: its operations, descriptor, hex if asked, address if it has one, and type. */
    static ObjectNode output(Bytes script, AddressPrefixes prefixes, boolean withHex) {
        ObjectNode json = Json.object().put("asm", assembly(script, false)).put("desc", descriptor(script, prefixes));
        if (withHex) {
            json.put("hex", script.hex());
        }
        Address.ofScript(script).ifPresent(address -> json.put("address", address.encode(prefixes)));
        return json.put("type", OutputScript.of(script).type().label());
    }

    /** The script that unlocks an input. */
    static ObjectNode input(Bytes script) {
        return Json.object().put("asm", assembly(script, true)).put("hex", script.hex());
    }

    /** The name of a hash type, empty if it has none. */
    static String hashType(int type) {
        return HASH_TYPES.getOrDefault(type, "");
    }

    /** The operations in words; of what looks like a signature the kind of its hash in brackets. */
    static String assembly(Bytes script, boolean decodeSignatures) {
        boolean decode = decodeSignatures && !Script.isUnspendable(script);
        StringBuilder text = new StringBuilder();
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            int opcode = reader.next();
            if (opcode < 0) {
                return text.append("[error]").toString();
            }
            if (opcode > Op.OP_PUSHDATA4) {
                text.append(operation(opcode));
            } else if (reader.dataLength() <= 4) {
                text.append(ScriptNumber.decode(reader.data(), false, 4));
            } else {
                text.append(decode ? signature(reader.data()) : reader.data().hex());
            }
        }
        return text.toString();
    }

    private static String operation(int opcode) {
        if (opcode >= Op.OP_1 && opcode <= Op.OP_16) {
            return Integer.toString(opcode - Op.OP_1 + 1);
        }
        return opcode == Op.OP_1NEGATE ? "-1" : Op.name(opcode);
    }

    private static String signature(Bytes data) {
        String hashType = HASH_TYPES.get(data.unsigned(data.length() - 1));
        return hashType != null && SignatureEncoding.isStrictDer(data)
                ? data.slice(0, data.length() - 1).hex() + "[" + hashType + "]"
                : data.hex();
    }

    /** The descriptor that says as much as the script alone tells. */
    static String descriptor(Bytes script, AddressPrefixes prefixes) {
        return withChecksum(descriptorBody(script, prefixes));
    }

    static String withChecksum(String descriptor) {
        return descriptor + "#" + DescriptorChecksum.of(descriptor);
    }

    private static String descriptorBody(Bytes script, AddressPrefixes prefixes) {
        OutputScript form = OutputScript.of(script);
        List<Bytes> parts = form.solutions();
        String known = switch (form.type()) {
            case PUBKEY -> isUsable(parts.getFirst()) ? "pk(" + parts.getFirst() + ")" : "";
            case MULTISIG -> multisig(parts);
            case WITNESS_V1_TAPROOT ->
                PublicKeys.isValidXOnly(parts.getFirst()) ? "rawtr(" + parts.getFirst() + ")" : "";
            case PUBKEYHASH,
                    SCRIPTHASH,
                    WITNESS_V0_KEYHASH,
                    WITNESS_V0_SCRIPTHASH,
                    WITNESS_UNKNOWN,
                    ANCHOR,
                    NULLDATA,
                    NONSTANDARD -> "";
        };
        return known.isEmpty()
                ? Address.ofScript(script)
                        .map(address -> "addr(" + address.encode(prefixes) + ")")
                        .orElse("raw(" + script.hex() + ")")
                : known;
    }

    /** The descriptor of a multisig script, empty if its keys are not all usable. */
    static String multisig(List<Bytes> parts) {
        StringBuilder text = new StringBuilder("multi(").append(parts.getFirst().get(0));
        for (Bytes key : parts.subList(1, parts.size() - 1)) {
            if (!isUsable(key)) {
                return "";
            }
            text.append(',').append(key);
        }
        return text.append(')').toString();
    }

    private static boolean isUsable(Bytes key) {
        boolean hybrid = !key.isEmpty() && (key.get(0) == 6 || key.get(0) == 7);
        return !hybrid && PublicKeys.isValid(key);
    }
}
