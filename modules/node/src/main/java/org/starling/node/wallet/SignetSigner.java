package org.starling.node.wallet;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.consensus.SignetRules;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Sighash;
import org.starling.node.Miner;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtException;
import org.starling.wallet.psbt.PsbtSigner;
import org.starling.wallet.psbt.PsbtUpdater;
import org.starling.world.Randomness;

/** Signs the blocks of a signet with the keys of a loaded wallet, as it signs payments: by a PSBT. */
final class SignetSigner implements Miner.Signer {
    private static final Logger LOG = LoggerFactory.getLogger("wallet");

    private final Wallets wallets;
    private final Randomness random;

    SignetSigner(Wallets wallets, Randomness random) {
        this.wallets = wallets;
        this.random = random;
    }

    @Override
    public @Nullable TxIn sign(SignetRules.Virtual request) {
        for (Wallet wallet : wallets.all()) {
            Transaction signed = wallet.secrets().isLocked() ? null : signed(wallet, request);
            if (signed != null) {
                return signed.inputs().getFirst();
            }
        }
        return null;
    }

    private @Nullable Transaction signed(Wallet wallet, SignetRules.Virtual request) {
        TxOut challenge = request.toSpend().outputs().getFirst();
        KeyRing keys = new KeyRing();
        wallet.expansion(challenge.scriptPubKey(), true).ifPresent(keys::add);
        Psbt psbt = PsbtUpdater.withSpent(
                Psbt.of(request.toSign()),
                txid -> request.toSpend(),
                Map.of(request.toSpend().outPoint(0), challenge)::get,
                keys);
        byte[] auxiliary = new byte[32];
        random.fill(auxiliary);
        try {
            return PsbtSigner.extract(PsbtSigner.finalizeInputs(PsbtSigner.sign(
                    PsbtUpdater.update(psbt, keys), keys, Sighash.DEFAULT, false, Bytes.wrap(auxiliary))));
        } catch (PsbtException e) {
            LOG.warn("[{}] cannot sign a block: {}", wallet.name(), e.reason());
            return null;
        }
    }
}
