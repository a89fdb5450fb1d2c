package org.starling.mempool;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Coin;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.SigOps;

/**
 * Which valid transactions are standard. The others may stand in blocks, but are not relayed: they would cost other
 * nodes too much, or use what soft forks may give a meaning.
 */
public final class Policy {
    /** Heaviest standard transaction. */
    public static final int MAX_STANDARD_WEIGHT = 400_000;

    /** Smallest transaction without witness, so that none looks like an inner node of a merkle tree. */
    public static final int MIN_STANDARD_STRIPPED_BYTES = 65;

    /** Most signature operations of a standard transaction, by cost. */
    public static final int MAX_STANDARD_SIGOPS_COST = BlockRules.MAX_SIGOPS_COST / 5;

    /** Highest standard version; it is the one whose children are restricted (BIP-0431). */
    public static final int MAX_STANDARD_VERSION = 3;

    private static final int MAX_SCRIPT_SIG_BYTES = 1650;
    private static final int MAX_P2SH_SIGOPS = 15;
    private static final int MAX_BARE_MULTISIG_KEYS = 3;
    private static final int MAX_P2WSH_STACK_ITEMS = 100;
    private static final int MAX_P2WSH_STACK_ITEM_BYTES = 80;
    private static final int MAX_P2WSH_SCRIPT_BYTES = 3600;
    private static final int MAX_TAPSCRIPT_STACK_ITEM_BYTES = 80;
    private static final int ANNEX_TAG = 0x50;
    private static final int LEAF_MASK = 0xfe;
    private static final int LEAF_TAPSCRIPT = 0xc0;

    /** Bytes to spend an output: outpoint, lengths, sequence, and a signature with its key. */
    private static final int SPENDING_BYTES = 32 + 4 + 1 + 107 + 4;

    /** As {@link #SPENDING_BYTES} where signature and key stand in the witness. */
    private static final int SPENDING_WITNESS_BYTES = 32 + 4 + 1 + 107 / BlockRules.WITNESS_SCALE_FACTOR + 4;

    private Policy() {}

    /** Why the transaction, looked at alone, is not standard; null if it is. */
    static @Nullable String nonstandardReason(Transaction transaction, MempoolOptions options) {
        if (transaction.version() < 1 || transaction.version() > MAX_STANDARD_VERSION) {
            return "version";
        }
        if (transaction.weight() > MAX_STANDARD_WEIGHT) {
            return "tx-size";
        }
        for (TxIn input : transaction.inputs()) {
            if (input.scriptSig().length() > MAX_SCRIPT_SIG_BYTES) {
                return "scriptsig-size";
            }
            if (!Script.isPushOnly(input.scriptSig())) {
                return "scriptsig-not-pushonly";
            }
        }
        int dataCarriers = 0;
        int dust = 0;
        for (TxOut output : transaction.outputs()) {
            OutputScript script = OutputScript.of(output.scriptPubKey());
            if (!isStandard(script, output.scriptPubKey(), options)) {
                return "scriptpubkey";
            }
            if (script.type() == OutputScript.Type.NULLDATA) {
                dataCarriers++;
            } else if (script.type() == OutputScript.Type.MULTISIG && !options.permitBareMultisig()) {
                return "bare-multisig";
            } else if (isDust(output, options.dustFeerate())) {
                dust++;
                if (dust > (options.ephemeralDust() ? EphemeralDust.MAX_OUTPUTS : 0)) {
                    return "dust";
                }
            }
        }
        return dataCarriers > 1 ? "multi-op-return" : null;
    }

    private static boolean isStandard(OutputScript script, Bytes bytes, MempoolOptions options) {
        return switch (script.type()) {
            case NONSTANDARD -> false;
            case MULTISIG -> script.solutions().getLast().get(0) <= MAX_BARE_MULTISIG_KEYS;
            case NULLDATA -> bytes.length() <= options.maxDataCarrierBytes();
            case PUBKEY,
                    PUBKEYHASH,
                    SCRIPTHASH,
                    ANCHOR,
                    WITNESS_V0_KEYHASH,
                    WITNESS_V0_SCRIPTHASH,
                    WITNESS_V1_TAPROOT,
                    WITNESS_UNKNOWN -> true;
        };
    }

    /** The value in satoshis below which an output costs more to spend than it holds. */
    public static long dustThreshold(TxOut output, Feerate dustFeerate) {
        if (Script.isUnspendable(output.scriptPubKey())) {
            return 0;
        }
        boolean witness = Script.witnessProgram(output.scriptPubKey()) != null;
        return dustFeerate.fee(output.serializedLength() + (witness ? SPENDING_WITNESS_BYTES : SPENDING_BYTES));
    }

    static boolean isDust(TxOut output, Feerate dustFeerate) {
        return output.value() < dustThreshold(output, dustFeerate);
    }

    /** Whether an output costs more to spend than it holds. */
    static boolean hasDust(Transaction transaction, Feerate dustFeerate) {
        return transaction.outputs().stream().anyMatch(output -> isDust(output, dustFeerate));
    }

    /** Whether what the transaction spends, and how, is standard, its witness left aside. */
    static boolean areInputsStandard(Transaction transaction, List<Coin> coins) {
        for (int i = 0; i < coins.size(); i++) {
            Bytes script = coins.get(i).output().scriptPubKey();
            OutputScript.Type type = OutputScript.of(script).type();
            if (type == OutputScript.Type.NONSTANDARD || type == OutputScript.Type.WITNESS_UNKNOWN) {
                return false;
            }
            if (type == OutputScript.Type.SCRIPTHASH) {
                Bytes redeemScript = redeemScript(transaction.inputs().get(i));
                if (redeemScript == null || SigOps.count(redeemScript, true) > MAX_P2SH_SIGOPS) {
                    return false;
                }
            }
        }
        return true;
    }

    // What running the pushes leaves on top; null if they leave nothing or cannot run.
    private static @Nullable Bytes redeemScript(TxIn input) {
        ScriptReader reader = new ScriptReader(input.scriptSig());
        Bytes last = null;
        for (int depth = 1; reader.hasNext(); depth++) {
            int opcode = reader.next();
            boolean runs = opcode >= 0 && opcode <= Op.OP_16 && opcode != Op.OP_RESERVED;
            if (!runs || reader.dataLength() > Script.MAX_ELEMENT_BYTES || depth > Script.MAX_STACK) {
                return null;
            }
            last = reader.data();
        }
        return last;
    }

    /** Whether no witness is larger than its kind needs. */
    static boolean isWitnessStandard(Transaction transaction, List<Coin> coins) {
        for (int i = 0; i < coins.size(); i++) {
            TxIn input = transaction.inputs().get(i);
            if (input.hasWitness()
                    && !isWitnessStandard(input, coins.get(i).output().scriptPubKey())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWitnessStandard(TxIn input, Bytes scriptPubKey) {
        boolean p2sh = Script.isP2sh(scriptPubKey);
        Bytes script = p2sh ? redeemScript(input) : scriptPubKey;
        Script.WitnessProgram program = script == null ? null : Script.witnessProgram(script);
        if (program == null || !p2sh && program.isAnchor()) {
            return false;
        }
        if (program.isScriptHash()) {
            return isScriptWitnessStandard(input.witness());
        }
        return p2sh || !program.isTaproot() || isTaprootWitnessStandard(input.witness());
    }

    private static boolean isScriptWitnessStandard(List<Bytes> witness) {
        int items = witness.size() - 1;
        if (witness.getLast().length() > MAX_P2WSH_SCRIPT_BYTES || items > MAX_P2WSH_STACK_ITEMS) {
            return false;
        }
        for (Bytes item : witness.subList(0, items)) {
            if (item.length() > MAX_P2WSH_STACK_ITEM_BYTES) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTaprootWitnessStandard(List<Bytes> witness) {
        if (witness.size() == 1) {
            return true; // a key spend
        }
        Bytes controlBlock = witness.getLast();
        if (controlBlock.isEmpty() || controlBlock.unsigned(0) == ANNEX_TAG) {
            return false;
        }
        if ((controlBlock.unsigned(0) & LEAF_MASK) == LEAF_TAPSCRIPT) {
            for (Bytes item : witness.subList(0, witness.size() - 2)) {
                if (item.length() > MAX_TAPSCRIPT_STACK_ITEM_BYTES) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Virtual bytes of a transaction whose signature operations may count for more than its weight. */
    public static int virtualSize(int weight, long sigOpsCost, int bytesPerSigop) {
        return (int) ((Math.max(weight, sigOpsCost * bytesPerSigop) + 3) / 4);
    }

    /** Whether the transaction itself says that it may be replaced (BIP-0125). */
    public static boolean signalsReplaceability(Transaction transaction) {
        for (TxIn input : transaction.inputs()) {
            if (Integer.compareUnsigned(input.sequence(), 0xfffffffd) <= 0) {
                return true;
            }
        }
        return false;
    }
}
