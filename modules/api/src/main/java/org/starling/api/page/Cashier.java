package org.starling.api.page;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.Policy;
import org.starling.node.wallet.Payments;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.FeeBump;
import org.starling.wallet.spend.MempoolFacts;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;

/** Pays from a wallet in two steps: a draft that the person looks at, and its sending. */
final class Cashier {
    /** Virtual bytes of about the smallest payment there is. */
    private static final int SMALL_PAYMENT = 110;

    /** How long the keys are open to sign a payment. */
    private static final long SIGNING_SECONDS = 60;

    private final Wallets wallets;
    private final SecureRandom random;
    private final Outbox outbox = new Outbox();

    Cashier(Wallets wallets, SecureRandom random) {
        this.wallets = wallets;
        this.random = random;
    }

    /** A choice of how soon a payment is to confirm. */
    enum Speed {
        FAST(2),
        NORMAL(6),
        SLOW(144);

        private final int blocks;

        Speed(int blocks) {
            this.blocks = blocks;
        }

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * What a choice costs.
     *
     * @param rate sat/vB; empty if it cannot be told
     * @param estimated whether that follows from what was seen to confirm
     */
    record Fee(String speed, int blocks, String rate, boolean estimated) {}

    /** The choices, and the least rate that this node relays, in sat/vB. */
    record Fees(List<Fee> choices, String least) {
        Fees {
            choices = List.copyOf(choices);
        }
    }

    /**
     * A payment to look at before it is sent. Amounts are in satoshis.
     *
     * @param oldFee what it cost before, if it replaces another; else 0
     * @param rate sat/vB
     * @param left what can be spent afterwards
     */
    record Shown(
            String id,
            String address,
            String label,
            long amount,
            long fee,
            long oldFee,
            String rate,
            long total,
            long left,
            boolean toSelf,
            boolean locked) {}

    Fees fees(Wallet wallet) {
        MempoolFacts facts = wallets.payments().facts();
        List<Fee> choices = new ArrayList<>();
        for (Speed speed : Speed.values()) {
            Feerate rate = rate(wallet, speed);
            choices.add(new Fee(
                    speed.label(),
                    speed.blocks,
                    rate == null ? "" : Amounts.show(rate),
                    facts.estimate(speed.blocks, false).isKnown()));
        }
        return new Fees(choices, Amounts.show(least(wallet)));
    }

    /** Null if it cannot be told. */
    private @Nullable Feerate rate(Wallet wallet, Speed speed) {
        try {
            return wallets.payments().rate(wallet, Payment.to(List.of()).target(speed.blocks, false));
        } catch (WalletException e) {
            return null;
        }
    }

    private Feerate least(Wallet wallet) {
        MempoolFacts facts = wallets.payments().facts();
        Feerate relayed = Feerate.max(facts.relayMinimum(), facts.mempoolMinimum());
        return Feerate.max(wallet.options().minFee(), relayed);
    }

    /** A draft of a payment, kept until it is sent. Throws if it cannot be made as it was asked for. */
    Shown draft(Wallet wallet, Inputs inputs) throws RefusedException {
        PaymentLink link = PaymentLink.read(inputs.text("to"));
        Address address = address(wallet.chain(), link.address());
        Bytes script = address.scriptPubKey();
        boolean everything = inputs.text("amount").strip().equals("all");
        long amount = everything ? everything(wallet) : Amounts.read(inputs.text("amount"));
        long dust = Policy.dustThreshold(
                new TxOut(amount, script), wallets.payments().facts().dust());
        if (amount < dust) {
            throw new RefusedException(
                    "amount",
                    "That is too little: the network does not pass on payments of less than " + Amounts.show(dust)
                            + " to such an address, since it would cost more to spend them.");
        }
        Payment payment = Payment.to(List.of(new Recipient(script, amount, everything)))
                .feerate(feerate(wallet, inputs))
                .replaceable(true)
                .leaveChangeAddress();
        Draft draft = draft(wallet, () -> wallets.payments().draft(wallet, payment, false));
        boolean toSelf = wallet.isMine(script);
        String label = inputs.label();
        Map<String, String> notes = new TreeMap<>();
        if (toSelf && !label.isEmpty()) {
            notes.put(WalletTx.Note.COMMENT, label);
        }
        return keep(wallet, draft, notes, toSelf ? null : script, label, 0);
    }

    /** A draft of a payment that takes the place of one that waits, and pays more. */
    Shown bump(Wallet wallet, Inputs inputs) throws RefusedException {
        String hex = inputs.text("txid");
        WalletTx old = hex.matches("[0-9a-f]{64}") ? wallet.get(Hash256.fromHex(hex)) : null;
        if (old == null) {
            throw new RefusedException("", "This wallet has no such payment.");
        }
        Feerate rate = inputs.has("speed") ? feerate(wallet, inputs) : null;
        FeeBump.Wish wish = new FeeBump.Wish(rate, null, false, true, List.of(), OptionalInt.empty());
        FeeBump.Replacement[] made = new FeeBump.Replacement[1];
        Draft draft = draft(wallet, () -> {
            made[0] = wallets.payments().bump(wallet, old.txid(), wish, false);
            return made[0].draft();
        });
        Map<String, String> notes = new TreeMap<>(old.notes());
        notes.put(WalletTx.Note.REPLACES, old.txid().toString());
        return keep(wallet, draft, notes, null, "", made[0].oldFee());
    }

    private interface Making {
        Draft make();
    }

    private static Draft draft(Wallet wallet, Making making) throws RefusedException {
        try {
            return making.make();
        } catch (WalletException e) {
            throw PlainWords.of(wallet, e);
        }
    }

    private Shown keep(
            Wallet wallet, Draft draft, Map<String, String> notes, @Nullable Bytes payee, String label, long oldFee) {
        String id = PageServer.token(random);
        outbox.put(id, new Outbox.Waiting(wallet.name(), draft, notes, payee, label, System.nanoTime()));
        Transaction transaction = draft.transaction();
        List<TxOut> paid = new ArrayList<>(transaction.outputs());
        if (draft.changePosition() >= 0) {
            TxOut _ = paid.remove(draft.changePosition());
        }
        boolean toSelf = paid.stream().allMatch(output -> wallet.isMine(output.scriptPubKey()));
        paid.removeIf(output -> !toSelf && wallet.isMine(output.scriptPubKey()));
        long amount = paid.stream().mapToLong(TxOut::value).sum();
        String address = paid.stream()
                .flatMap(output -> Address.ofScript(output.scriptPubKey()).stream())
                .map(place -> place.encode(wallet.chain().prefixes()))
                .findFirst()
                .orElse("");
        return new Shown(
                id,
                address,
                label,
                amount,
                draft.fee(),
                oldFee,
                Amounts.show(draft.feerate()),
                amount + draft.fee(),
                left(wallet, draft, oldFee),
                toSelf,
                wallet.secrets().isLocked());
    }

    /** What can be spent once it is sent. */
    private static long left(Wallet wallet, Draft draft, long oldFee) {
        long available = wallet.balance(0).trusted();
        if (oldFee > 0) {
            // What the payment spends it spent before: only the fee differs.
            return available - (draft.fee() - oldFee);
        }
        return available - wallet.debit(draft.transaction()) + wallet.credit(draft.transaction());
    }

    /** All that this wallet can spend without risk. */
    private static long everything(Wallet wallet) throws RefusedException {
        long sum = 0;
        for (WalletCoin coin : wallet.coins()) {
            boolean spendable =
                    coin.safe() && !coin.frozen() && coin.inputWeight() > 0 && (coin.depth() > 0 || !coin.truc());
            sum += spendable ? coin.value() : 0;
        }
        if (sum == 0) {
            throw new RefusedException("amount", "There is nothing in this wallet that can be spent now.");
        }
        return sum;
    }

    private Feerate feerate(Wallet wallet, Inputs inputs) throws RefusedException {
        String speed = inputs.text("speed");
        if (speed.equals("own")) {
            Feerate rate = Amounts.readRate(inputs.text("rate"));
            Feerate least = least(wallet);
            if (rate.compareTo(least) < 0) {
                throw new RefusedException(
                        "rate",
                        "A fee of less than " + Amounts.show(least)
                                + " sat per byte would not get through at the moment.");
            }
            if (rate.fee(SMALL_PAYMENT) > wallet.options().maxFee()) {
                throw new RefusedException(
                        "rate",
                        "This rate would cost more than "
                                + Amounts.show(wallet.options().maxFee())
                                + ", the most that this node pays for one payment (-maxtxfee).");
            }
            return rate;
        }
        for (Speed known : Speed.values()) {
            if (known.label().equals(speed)) {
                Feerate rate = rate(wallet, known);
                if (rate == null) {
                    throw new RefusedException(
                            "speed",
                            "This node cannot tell yet what fee is usual: it learns that from payments that it sees"
                                    + " confirm. Choose a rate of your own, at least " + Amounts.show(least(wallet))
                                    + " sat per byte.");
                }
                return rate;
            }
        }
        throw new RefusedException("speed", "Choose how soon the payment is to be confirmed.");
    }

    private static Address address(ChainParams chain, String text) throws RefusedException {
        if (text.isEmpty()) {
            throw new RefusedException("to", "To whom? Enter an address or a payment link.");
        }
        Address.Decoded decoded = Address.decode(text, chain.prefixes());
        Address address = decoded.address();
        if (address != null) {
            return address;
        }
        for (ChainType type : ChainType.values()) {
            if (Address.decode(text, ChainParams.of(type).prefixes()).address() != null) {
                throw new RefusedException(
                        "to",
                        "This address belongs to another network (" + type.label() + "), and this node is on "
                                + chain.type().label() + ". Coins cannot go from one to the other.");
            }
        }
        String near = decoded.errorLocations().isEmpty()
                ? ""
                : " Look at character "
                        + String.join(
                                " and ",
                                decoded.errorLocations().stream()
                                        .map(at -> Integer.toString(at + 1))
                                        .toList())
                        + ".";
        throw new RefusedException("to", "This is no bitcoin address; part of it is missing or mistyped." + near);
    }

    /** Signs and sends a draft that was shown; tells the transaction's id. */
    String send(Inputs inputs) throws RefusedException {
        String id = inputs.text("id");
        Outbox.Waiting payment = outbox.get(id);
        Wallet wallet = wallets.find(payment.wallet());
        if (wallet == null) {
            throw new RefusedException("", "The wallet was closed in the meantime.");
        }
        byte[] passphrase = inputs.passphrase("passphrase");
        try {
            Transaction signed = signAndRecord(wallet, payment, passphrase);
            outbox.remove(id);
            wallets.payments().broadcast(wallet, signed);
            return signed.txid().toString();
        } catch (WalletException e) {
            throw PlainWords.of(wallet, e);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private Transaction signAndRecord(Wallet wallet, Outbox.Waiting payment, byte[] passphrase) {
        Payments payments = wallets.payments();
        synchronized (wallet) {
            boolean opened = wallet.secrets().isLocked() && passphrase.length > 0;
            if (opened) {
                wallets.unlock(wallet, passphrase, SIGNING_SECONDS);
            }
            try {
                Draft draft = payment.draft();
                Transaction signed = wallet.signWhole(draft.transaction(), draft.prevouts());
                payments.record(wallet, signed, payment.notes());
                Bytes payee = payment.payee();
                if (payee != null && !payment.label().isEmpty()) {
                    wallet.label(payee, new Label(payment.label(), false));
                }
                return signed;
            } finally {
                if (opened) {
                    wallet.secrets().lock();
                }
            }
        }
    }
}
