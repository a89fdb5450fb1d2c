package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Sighash;
import org.starling.crypto.PublicKeys;
import org.starling.node.wallet.Payments;
import org.starling.wallet.Descriptor;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtException;
import org.starling.wallet.psbt.PsbtInput;
import org.starling.wallet.psbt.PsbtSigner;
import org.starling.wallet.psbt.PsbtUpdater;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a wallet adds to PSBTs, and how a payment is finished that it may not be able to sign alone. */
final class WalletPsbts {
    private WalletPsbts() {}

    /** The PSBT with what its inputs spend, as far as the wallet knows it. */
    private static Psbt withSpent(Wallet wallet, Psbt psbt, KeyRing keys) {
        return PsbtUpdater.withSpent(
                psbt,
                txid -> {
                    var own = wallet.get(txid);
                    return own == null ? null : own.transaction();
                },
                wallet::output,
                keys);
    }

    /** What the wallet knows of the scripts, and with their secrets of the keys, that the PSBT names. */
    static KeyRing keys(Call call, Wallet wallet, Psbt psbt, boolean secret) {
        KeyRing keys = new KeyRing();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut spent = psbt.spent(i);
            TxOut known = spent == null
                    ? wallet.output(psbt.unsigned().inputs().get(i).previous())
                    : spent;
            if (known != null) {
                add(keys, wallet, known.scriptPubKey(), secret);
            }
        }
        if (secret) {
            psbt.inputs().forEach(input -> addNamed(call, keys, wallet, input));
        }
        psbt.unsigned().outputs().forEach(output -> add(keys, wallet, output.scriptPubKey(), false));
        return keys;
    }

    // A key may be in the wallet though the script is not: that of a signer who has no part in the descriptor.
    private static void addNamed(Call call, KeyRing keys, Wallet wallet, PsbtInput input) {
        Set<Bytes> named = new LinkedHashSet<>(input.derivations().keySet());
        for (Bytes x : input.taprootDerivations().keySet()) {
            named.add(Bytes.fromHex("02" + x.hex()));
            named.add(Bytes.fromHex("03" + x.hex()));
        }
        for (Bytes key : named) {
            if (PublicKeys.isValid(key)) {
                List<Descriptor> usual = new ArrayList<>(OutputMethods.parse(call, "combo(" + key + ")", false));
                if (key.length() == PublicKeys.COMPRESSED) {
                    usual.addAll(OutputMethods.parse(call, "tr(" + key.slice(1, key.length()) + ")", false));
                }
                for (Descriptor descriptor : usual) {
                    OutputMethods.scripts(descriptor, 0).forEach(script -> add(keys, wallet, script, true));
                }
            }
        }
    }

    private static void add(KeyRing keys, Wallet wallet, Bytes script, boolean secret) {
        wallet.expansion(script, secret).ifPresent(keys::add);
    }

    /** The PSBT with what wallet and node know of it. */
    static Psbt updated(Call call, Wallet wallet, Psbt psbt, boolean origins) {
        KeyRing keys = keys(call, wallet, psbt, false).publicPart(origins);
        return PsbtUpdater.update(withSpent(wallet, psbt, keys), keys);
    }

    /** The PSBT with all signatures that the wallet can make now, and finished where that is enough. */
    private static Psbt signed(Call call, Wallet wallet, Psbt psbt) {
        if (wallet.secrets().isLocked()) {
            return psbt;
        }
        try {
            KeyRing keys = keys(call, wallet, psbt, true);
            return PsbtSigner.finalizeInputs(
                    PsbtSigner.sign(psbt, keys, Sighash.DEFAULT, false, SigningMethods.randomness(call)));
        } catch (PsbtException e) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, e.reason());
        }
    }

    /**
     * Signs a payment, and sends it if it is complete and the options {@code psbt} and {@code add_to_wallet} let it be.
     *
     * @return the result of the methods that do so
     */
    static JsonNode finish(Call call, Wallet wallet, JsonNode options, Transaction unsigned) {
        boolean asPsbt = Funding.flag(options, false, "psbt");
        boolean keep = Funding.flag(options, true, "add_to_wallet");
        Payments payments = call.wallets().payments();
        ObjectNode json = Json.object();
        Transaction whole;
        synchronized (wallet) {
            Psbt psbt = signed(call, wallet, updated(call, wallet, Psbt.of(unsigned), true));
            whole = PsbtSigner.extract(psbt);
            if (asPsbt || whole == null || !keep) {
                json.put("psbt", psbt.encode());
            }
            if (whole != null) {
                json.put("txid", whole.txid().toString());
                if (asPsbt || !keep) {
                    json.put("hex", whole.serialized().hex());
                } else {
                    payments.record(wallet, whole, Map.of());
                }
            }
        }
        if (whole != null && keep && !asPsbt) {
            payments.broadcast(wallet, whole);
        }
        return json.put("complete", whole != null);
    }
}
