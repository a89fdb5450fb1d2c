package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.TransactionSigner;
import org.starling.world.Randomness;

/** Signs with the keys of a wallet. What it opens of the secrets lives as long as one transaction. */
final class WalletSigner {
    private static final int AUXILIARY_BYTES = 32;

    private final KeyBook keys;
    private final Randomness randomness;
    private final Map<Bytes, Descriptor> opened = new HashMap<>();

    WalletSigner(KeyBook keys, Randomness randomness) {
        this.keys = keys;
        this.randomness = randomness;
    }

    Transaction sign(Transaction transaction, List<@Nullable TxOut> prevouts, int hashType) {
        byte[] auxiliary = new byte[AUXILIARY_BYTES];
        randomness.fill(auxiliary);
        TransactionSigner signer = new TransactionSigner(Bytes.wrap(auxiliary));
        for (TxOut prevout : prevouts) {
            KeyBook.Place place = prevout == null ? null : keys.place(prevout.scriptPubKey());
            Keychain keychain = place == null ? null : keys.find(place.keychain());
            if (place != null && keychain != null) {
                add(signer, keychain, place.index());
            }
        }
        return signer.sign(transaction, prevouts, hashType);
    }

    private void add(TransactionSigner signer, Keychain keychain, int index) {
        Descriptor descriptor = opened.computeIfAbsent(keychain.id(), id -> keys.unlocked(keychain));
        try {
            signer.add(descriptor.expand(index));
        } catch (DescriptorException e) {
            throw new WalletException(WalletException.Kind.GENERAL, e.reason());
        }
    }

    Transaction signWhole(Transaction transaction, List<TxOut> prevouts) {
        Transaction signed = sign(transaction, new ArrayList<>(prevouts), Sighash.DEFAULT);
        SighashCache sighash = new SighashCache(signed, prevouts);
        for (int i = 0; i < prevouts.size(); i++) {
            if (ScriptVerifier.verify(sighash, i, ScriptFlags.STANDARD) != ScriptError.OK) {
                throw new WalletException(WalletException.Kind.GENERAL, "Signing transaction failed");
            }
        }
        return signed;
    }
}
