package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;

class ScriptTest {
    @Test
    void numbersAreShortAndSigned() {
        assertThat(ScriptNumber.encode(0)).isEqualTo(Bytes.EMPTY);
        assertThat(ScriptNumber.encode(-1).hex()).isEqualTo("81");
        assertThat(ScriptNumber.encode(127).hex()).isEqualTo("7f");
        assertThat(ScriptNumber.encode(128).hex()).isEqualTo("8000");
        assertThat(ScriptNumber.encode(-255).hex()).isEqualTo("ff80");
        assertThat(ScriptNumber.encode(0x80000000L).hex()).isEqualTo("0000008000");
        for (long number :
                new long[] {0, 1, -1, 16, 17, 127, -128, 256, -32768, Integer.MAX_VALUE, -Integer.MAX_VALUE}) {
            assertThat(ScriptNumber.decode(ScriptNumber.encode(number), true, 4))
                    .isEqualTo(number);
        }
        assertThat(ScriptNumber.decode(Bytes.fromHex("0100"), false, 4)).isEqualTo(1);
        assertThat(ScriptNumber.decode(Bytes.fromHex("0100"), true, 4)).isEqualTo(ScriptNumber.INVALID);
        assertThat(ScriptNumber.decode(Bytes.fromHex("80"), true, 4)).isEqualTo(ScriptNumber.INVALID);
        assertThat(ScriptNumber.decode(Bytes.fromHex("0000000001"), false, 4)).isEqualTo(ScriptNumber.INVALID);
    }

    @Test
    void negativeZeroIsFalse() {
        assertThat(ScriptNumber.isTrue(Bytes.fromHex("000080"))).isFalse();
        assertThat(ScriptNumber.isTrue(Bytes.fromHex("008000"))).isTrue();
    }

    @Test
    void readsOperationByOperation() {
        ScriptReader reader = new ScriptReader(Bytes.fromHex("5102abcd4c01ee4d0200beefac05aa"));
        assertThat(reader.next()).isEqualTo(Op.OP_1);
        assertThat(reader.next()).isEqualTo(2);
        assertThat(reader.data().hex()).isEqualTo("abcd");
        assertThat(reader.next()).isEqualTo(Op.OP_PUSHDATA1);
        assertThat(reader.data().hex()).isEqualTo("ee");
        assertThat(reader.next()).isEqualTo(Op.OP_PUSHDATA2);
        assertThat(reader.data().hex()).isEqualTo("beef");
        assertThat(reader.next()).isEqualTo(Op.OP_CHECKSIG);
        assertThat(reader.data()).isEqualTo(Bytes.EMPTY);
        assertThat(reader.hasNext()).isTrue();
        assertThat(reader.next()).as("ends inside a push").isEqualTo(-1);
        assertThat(new ScriptReader(Bytes.fromHex("4effffffff")).next()).isEqualTo(-1);
    }

    @Test
    void pushesHaveTheShortestLength() {
        assertThat(new ScriptBuilder().data(Bytes.wrap(new byte[75])).build().unsigned(0))
                .isEqualTo(75);
        assertThat(new ScriptBuilder()
                        .data(Bytes.wrap(new byte[76]))
                        .build()
                        .slice(0, 2)
                        .hex())
                .isEqualTo("4c4c");
        assertThat(new ScriptBuilder()
                        .data(Bytes.wrap(new byte[256]))
                        .build()
                        .slice(0, 3)
                        .hex())
                .isEqualTo("4d0001");
        assertThat(new ScriptBuilder()
                        .data(Bytes.wrap(new byte[65536]))
                        .build()
                        .slice(0, 5)
                        .hex())
                .isEqualTo("4e00000100");
        assertThat(new ScriptBuilder()
                        .number(-1)
                        .number(0)
                        .number(16)
                        .number(17)
                        .build()
                        .hex())
                .isEqualTo("4f00600111");
    }

    @Test
    void knowsTheStandardShapes() {
        Bytes hash = Bytes.fromHex("11".repeat(20));
        assertThat(Script.isP2pkh(Script.p2pkh(hash))).isTrue();
        assertThat(Script.isP2sh(Script.p2sh(hash))).isTrue();
        assertThat(Script.isP2sh(Script.p2pkh(hash))).isFalse();
        assertThat(Script.witnessProgram(Script.witness(16, hash))).isEqualTo(new Script.WitnessProgram(16, hash));
        assertThat(Script.witnessProgram(Script.p2sh(hash))).isNull();
        assertThat(Script.witnessProgram(Bytes.fromHex("510101")))
                .as("too short")
                .isNull();
        assertThat(Script.isUnspendable(Bytes.fromHex("6a"))).isTrue();
        assertThat(Script.isUnspendable(Bytes.wrap(new byte[10_001]))).isTrue();
        assertThat(Script.isUnspendable(Bytes.EMPTY)).isFalse();
        assertThat(Script.isPushOnly(Bytes.fromHex("5002abcd60"))).isTrue();
        assertThat(Script.isPushOnly(Bytes.fromHex("61"))).isFalse();
    }

    @Test
    void signaturesAreTakenOutOfTheCodeTheySign() {
        // At the beginning of an operation, as often as it stands there; not inside another push.
        assertThat(without("0151 0151 ac 0151", "0151")).isEqualTo("ac");
        assertThat(without("03015151 ac", "0151")).isEqualTo("03015151ac");
        assertThat(without("ac", "0151")).isEqualTo("ac");
        assertThat(without("00 ac 00", "00")).isEqualTo("ac");
        assertThat(without("0302ff03 0302ff03", "0302ff03")).isEqualTo("");
        assertThat(without("0302ff030302ff03", "02ff03"))
                .as("a push, not what it pushes")
                .isEqualTo("0302ff030302ff03");
        assertThat(without("ac 0151 05aa", "0151"))
                .as("the unreadable end stays")
                .isEqualTo("ac05aa");
        assertThat(without("ac 05aabb", "05")).isEqualTo("acaabb");
    }

    private static String without(String script, String pattern) {
        return SignatureOps.without(Bytes.fromHex(script.replace(" ", "")), Bytes.fromHex(pattern))
                .hex();
    }

    @Test
    void flagsHaveCoresNames() {
        assertThat(ScriptFlags.parse("P2SH,WITNESS")).isEqualTo(ScriptFlags.P2SH | ScriptFlags.WITNESS);
        assertThat(ScriptFlags.parse("")).isZero();
        assertThat(ScriptFlags.parse("NONE")).isZero();
        assertThat(ScriptFlags.parse(ScriptFlags.format(ScriptFlags.ALL))).isEqualTo(ScriptFlags.ALL);
        assertThatThrownBy(() -> ScriptFlags.parse("P2SH,p2sh")).hasMessageContaining("p2sh");
    }

    @Test
    void aTraceFollowsEveryOperation() {
        List<String> steps = new ArrayList<>();
        ScriptTrace trace = new ScriptTrace() {
            @Override
            public void begin(Part part, Bytes script) {
                steps.add(part.toString());
            }

            @Override
            public void step(int number, int offset, int opcode, boolean executing, ScriptStack stack) {
                steps.add(offset + " " + Op.name(opcode) + (executing ? " on " + stack.size() : " skipped"));
            }

            @Override
            public void failed(ScriptError error) {
                steps.add("failed " + error);
            }

            @Override
            public void end(ScriptError result, ScriptStack stack) {
                steps.add("end " + result);
            }
        };
        SighashCache spend = Spender.of("IF ELSE RETURN ENDIF").scriptSig("0").spend();
        assertThat(ScriptVerifier.verify(spend, 0, ScriptFlags.NONE, SignatureChecker.DIRECT, trace))
                .isEqualTo(ScriptError.OP_RETURN);
        assertThat(steps)
                .containsExactly(
                        "scriptSig",
                        "0 0 on 0",
                        "end OK",
                        "scriptPubKey",
                        "0 OP_IF on 1",
                        "1 OP_ELSE skipped",
                        "2 OP_RETURN on 0",
                        "failed OP_RETURN",
                        "end OP_RETURN");
    }
}
