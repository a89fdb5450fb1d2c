package org.starling.consensus.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Schnorr;
import org.starling.crypto.SecretKeys;
import tools.jackson.databind.JsonNode;

/** Taproot and Tapscript: Core's script assets, and the wallet vectors of BIP-0341. */
class TaprootVectorsTest {
    @Test
    void everyScriptAsset() throws Exception {
        List<Integer> consensus = consensusFlags();
        int successes = 0;
        int failures = 0;
        for (JsonNode asset : ScriptVectors.lines("taproot_script_assets.jsonl")) {
            String comment = asset.get("comment").asString();
            int index = asset.get("index").asInt();
            int flags = ScriptFlags.parse(asset.get("flags").asString());
            SignatureChecker checker = ScriptVectors.remembering();
            if (asset.has("success")) {
                SighashCache spend = spend(asset, asset.get("success"));
                boolean isFinal = asset.has("final") && asset.get("final").asBoolean();
                for (int each : consensus) {
                    if (isFinal || (each & flags) == each) {
                        assertThat(ScriptVerifier.verify(spend, index, each, checker, null))
                                .as("%s under %s", comment, ScriptFlags.format(each))
                                .isEqualTo(ScriptError.OK);
                    }
                }
                successes++;
            }
            if (asset.has("failure")) {
                SighashCache spend = spend(asset, asset.get("failure"));
                for (int each : consensus) {
                    if ((each & flags) == flags) {
                        assertThat(ScriptVerifier.verify(spend, index, each, checker, null))
                                .as("%s under %s", comment, ScriptFlags.format(each))
                                .isNotEqualTo(ScriptError.OK);
                    }
                }
                failures++;
            }
        }
        assertThat(successes).isEqualTo(1647);
        assertThat(failures).isEqualTo(1488);
    }

    @Test
    void outputKeysOfBip341() {
        for (JsonNode row :
                ScriptVectors.json("core/bip341_wallet_vectors.json").get("scriptPubKey")) {
            Bytes internalKey =
                    Bytes.fromHex(row.get("given").get("internalPubkey").asString());
            Hash256 root = root(row.get("given").get("scriptTree"));
            JsonNode middle = row.get("intermediary");
            assertThat(hex(root)).isEqualTo(textOrNull(middle.get("merkleRoot")));
            assertThat(hex(Taproot.tweak(internalKey, root)))
                    .isEqualTo(middle.get("tweak").asString());
            PublicKeys.XOnly output = Objects.requireNonNull(Taproot.outputKey(internalKey, root));
            assertThat(output.key().hex()).isEqualTo(middle.get("tweakedPubkey").asString());
            assertThat(Script.witness(1, output.key()).hex())
                    .isEqualTo(row.get("expected").get("scriptPubKey").asString());
            checkControlBlocks(row, output.key());
        }
    }

    private static void checkControlBlocks(JsonNode row, Bytes outputKey) {
        List<JsonNode> leaves = new ArrayList<>();
        collect(row.get("given").get("scriptTree"), leaves);
        for (JsonNode leaf : leaves) {
            Bytes control = Bytes.fromHex(row.get("expected")
                    .get("scriptPathControlBlocks")
                    .get(leaf.get("id").asInt())
                    .asString());
            assertThat(Taproot.commits(control, outputKey, leafHash(leaf))).isTrue();
            byte[] otherParity = control.toArray();
            otherParity[0] ^= 1;
            assertThat(Taproot.commits(Bytes.wrap(otherParity), outputKey, leafHash(leaf)))
                    .isFalse();
        }
    }

    @Test
    void keyPathSpendsOfBip341() throws Exception {
        for (JsonNode row :
                ScriptVectors.json("core/bip341_wallet_vectors.json").get("keyPathSpending")) {
            Transaction unsigned = Transaction.parse(
                    Bytes.fromHex(row.get("given").get("rawUnsignedTx").asString()));
            List<TxOut> prevouts = new ArrayList<>();
            for (JsonNode spent : row.get("given").get("utxosSpent")) {
                prevouts.add(new TxOut(
                        spent.get("amountSats").asLong(),
                        Bytes.fromHex(spent.get("scriptPubKey").asString())));
            }
            SighashCache sighash = new SighashCache(unsigned, prevouts);
            for (JsonNode spending : row.get("inputSpending")) {
                JsonNode given = spending.get("given");
                int index = given.get("txinIndex").asInt();
                int hashType = given.get("hashType").asInt();
                Hash256 hash = Objects.requireNonNull(sighash.taprootKeyPath(index, hashType, null));
                JsonNode middle = spending.get("intermediary");
                assertThat(hex(hash)).isEqualTo(middle.get("sigHash").asString());
                Bytes secret = Objects.requireNonNull(SecretKeys.xOnlyTweakAdd(
                        Bytes.fromHex(given.get("internalPrivkey").asString()),
                        Bytes.fromHex(middle.get("tweak").asString())));
                assertThat(secret.hex()).isEqualTo(middle.get("tweakedPrivkey").asString());
                Bytes signature = Schnorr.sign(secret, hash, Bytes.fromHex("00".repeat(32)));
                Bytes witness = hashType == 0 ? signature : Bytes.concat(signature, Bytes.copyOf((byte) hashType));
                assertThat(witness.hex())
                        .isEqualTo(
                                spending.get("expected").get("witness").get(0).asString());
                assertThat(ScriptVerifier.verify(
                                new SighashCache(withWitness(unsigned, index, List.of(witness)), prevouts),
                                index,
                                ScriptFlags.STANDARD))
                        .isEqualTo(ScriptError.OK);
            }
        }
    }

    /** All sets of consensus flags that go together. */
    private static List<Integer> consensusFlags() {
        List<Integer> all = new ArrayList<>();
        for (int flags = 0; flags <= ScriptFlags.CONSENSUS; flags++) {
            boolean taprootHasWitness = (flags & ScriptFlags.TAPROOT) == 0 || (flags & ScriptFlags.WITNESS) != 0;
            if ((flags & ScriptFlags.CONSENSUS) == flags && ScriptFlags.areConsistent(flags) && taprootHasWitness) {
                all.add(flags);
            }
        }
        return all;
    }

    private static SighashCache spend(JsonNode asset, JsonNode unlocking) throws Exception {
        Transaction transaction =
                Transaction.parse(Bytes.fromHex(asset.get("tx").asString()));
        int index = asset.get("index").asInt();
        List<Bytes> witness = new ArrayList<>();
        unlocking.get("witness").forEach(element -> witness.add(Bytes.fromHex(element.asString())));
        List<TxIn> inputs = new ArrayList<>(transaction.inputs());
        inputs.set(
                index,
                inputs.get(index)
                        .withScriptSig(Bytes.fromHex(unlocking.get("scriptSig").asString()))
                        .withWitness(witness));
        List<TxOut> prevouts = new ArrayList<>();
        for (JsonNode prevout : asset.get("prevouts")) {
            prevouts.add(TxOut.read(Bytes.fromHex(prevout.asString()).reader()));
        }
        return new SighashCache(
                Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime()), prevouts);
    }

    private static Transaction withWitness(Transaction transaction, int index, List<Bytes> witness) {
        List<TxIn> inputs = new ArrayList<>(transaction.inputs());
        inputs.set(index, inputs.get(index).withWitness(witness));
        return Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime());
    }

    private static @Nullable Hash256 root(JsonNode tree) {
        if (tree.isNull()) {
            return null;
        }
        if (!tree.isArray()) {
            return leafHash(tree);
        }
        return Taproot.branchHash(Objects.requireNonNull(root(tree.get(0))), Objects.requireNonNull(root(tree.get(1))));
    }

    private static void collect(JsonNode tree, List<JsonNode> leaves) {
        if (tree.isArray()) {
            tree.forEach(branch -> collect(branch, leaves));
        } else if (!tree.isNull()) {
            leaves.add(tree);
        }
    }

    private static Hash256 leafHash(JsonNode leaf) {
        return Taproot.leafHash(
                leaf.get("leafVersion").asInt(),
                Bytes.fromHex(leaf.get("script").asString()));
    }

    private static @Nullable String hex(@Nullable Hash256 hash) {
        return hash == null ? null : hash.toBytes().hex();
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isNull() ? null : node.asString();
    }
}
