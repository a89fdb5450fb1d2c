package org.starling.api.page;

import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.seed.Mnemonic;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;

/** The wallets of a node on its page: what it shows of them, and what can be done with them there. */
public final class WalletDesk implements PageActions {
    private static final String NAME = "[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,39}";

    /** A day may begin so much earlier where the person lives. */
    private static final long DAY_SECONDS = 86_400;

    private final Node node;
    private final Wallets wallets;
    private final PageMemory memory;
    private final SecureRandom random = new SecureRandom();
    private final WalletFacts facts;
    private final Cashier cashier;
    private @Nullable NewWallet pending;
    private volatile @Nullable Restoration restoration;

    private interface Action {
        Object act(WalletDesk desk, Inputs inputs) throws RefusedException;
    }

    private static final SortedMap<String, Action> BY_NAME = new TreeMap<>(Map.ofEntries(
            Map.entry("create", WalletDesk::create),
            Map.entry("again", WalletDesk::again),
            Map.entry("confirm", WalletDesk::confirm),
            Map.entry("restore", WalletDesk::restore),
            Map.entry("show", WalletDesk::show),
            Map.entry("receive", WalletDesk::receive),
            Map.entry("label", WalletDesk::label),
            Map.entry("history", WalletDesk::history),
            Map.entry("read", (desk, inputs) -> PaymentLink.read(inputs.text("text"))),
            Map.entry("fees", (desk, inputs) -> desk.cashier.fees(desk.wallet(inputs))),
            Map.entry("draft", (desk, inputs) -> desk.cashier.draft(desk.paying(inputs), inputs)),
            Map.entry("bump", (desk, inputs) -> desk.cashier.bump(desk.paying(inputs), inputs)),
            Map.entry("send", (desk, inputs) -> new Done(desk.cashier.send(inputs))),
            Map.entry("words", WalletDesk::words),
            Map.entry("protect", WalletDesk::protect)));

    /** All that can be done. */
    static final Set<String> ACTIONS = Collections.unmodifiableSet(BY_NAME.keySet());

    /** What is answered where there is nothing to say but that it is done. */
    record Done(String name) {}

    /** An address to be paid at: as text, as a link, as a picture. */
    record Request(String address, String link, QrPicture picture) {}

    /** Part of the history, and how much there is in all. */
    record Page(List<WalletState.Entry> entries, int count) {}

    /** Seed words. */
    record Words(List<String> words) {}

    public WalletDesk(Node node, Wallets wallets, PageMemory memory) {
        this.node = node;
        this.wallets = wallets;
        this.memory = memory;
        facts = new WalletFacts(node, wallets, memory);
        cashier = new Cashier(wallets, random);
    }

    /** What the page shows. */
    public WalletState state() {
        Restoration under = restoration;
        return facts.now(under == null ? null : under.shown());
    }

    @Override
    public Set<String> names() {
        return ACTIONS;
    }

    @Override
    public Object act(String name, JsonNode input) throws RefusedException {
        Action action = BY_NAME.get(name);
        if (action == null) {
            throw new RefusedException("", "There is nothing of that name to be done.");
        }
        try {
            return action.act(this, new Inputs(input));
        } catch (WalletException e) {
            throw PlainWords.of(e);
        } catch (StorageException e) {
            throw new RefusedException("", "The disk failed: " + e.getMessage());
        } finally {
            facts.touch();
        }
    }

    private Wallet wallet(Inputs inputs) throws RefusedException {
        Wallet wallet = wallets.find(inputs.text("wallet"));
        if (wallet == null) {
            throw new RefusedException("", "This wallet is not open any more.");
        }
        return wallet;
    }

    private Wallet paying(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        if (wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RefusedException("", "This wallet only watches: it has no keys to pay with.");
        }
        return wallet;
    }

    // Making

    private String newName(Inputs inputs) throws RefusedException {
        String name = inputs.text("name").strip();
        if (name.isEmpty()) {
            throw new RefusedException("name", "Give the wallet a name, so that you can tell it from others.");
        }
        if (!name.matches(NAME)) {
            throw new RefusedException(
                    "name",
                    "A name has at most 40 letters, digits, spaces, points and dashes, and begins with a letter"
                            + " or digit.");
        }
        if (wallets.shelf().exists(name)) {
            throw new RefusedException("name", "There is a wallet of this name already; choose another.");
        }
        return name;
    }

    private synchronized Object create(Inputs inputs) throws RefusedException {
        forget();
        NewWallet begun = new NewWallet(newName(inputs), inputs.passphrase("passphrase"), random);
        pending = begun;
        return begun.shown();
    }

    private void forget() {
        if (pending != null) {
            pending.wipe();
            pending = null;
        }
    }

    private NewWallet pending(Inputs inputs) throws RefusedException {
        NewWallet begun = pending;
        if (begun == null || !begun.is(inputs.text("id"))) {
            throw new RefusedException("", "These words are not kept any more. Begin anew, with new words.");
        }
        return begun;
    }

    private synchronized Object again(Inputs inputs) throws RefusedException {
        return pending(inputs).shown();
    }

    private synchronized Object confirm(Inputs inputs) throws RefusedException {
        NewWallet begun = pending(inputs);
        begun.confirm(inputs.texts("words"));
        long now = node.clock().seconds();
        Wallet wallet =
                wallets.create(begun.name(), EnumSet.noneOf(WalletFlag.class), now, fresh -> begun.fill(fresh, now));
        forget();
        memory.showWallet(wallet.name());
        return new Done(wallet.name());
    }

    private synchronized Object restore(Inputs inputs) throws RefusedException {
        Restoration last = restoration;
        if (last != null && last.isUnderWay()) {
            throw new RefusedException("", "Another wallet is being restored; wait until that is done.");
        }
        String name = newName(inputs);
        Mnemonic words;
        try {
            words = Mnemonic.parse(inputs.text("words"));
        } catch (Mnemonic.InvalidWordsException e) {
            throw new RefusedException("words", String.valueOf(e.getMessage()));
        }
        Restoration begun = new Restoration(node, wallets, name, birth(inputs.text("since")));
        begun.begin(words, inputs.text("further"), inputs.passphrase("passphrase"), wallet -> {
            memory.showWallet(wallet.name());
            facts.touch();
        });
        restoration = begun;
        return new Done(name);
    }

    private static long birth(String date) throws RefusedException {
        if (date.isBlank()) {
            return 0;
        }
        try {
            long day =
                    LocalDate.parse(date.strip()).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
            return Math.max(0, day - DAY_SECONDS);
        } catch (DateTimeParseException e) {
            throw new RefusedException("since", "Write the day as year-month-day, like 2024-01-31, or leave it empty.");
        }
    }

    private Object show(Inputs inputs) throws RefusedException {
        String name = inputs.text("name");
        if (wallets.find(name) == null) {
            if (!wallets.shelf().names().contains(name)) {
                throw new RefusedException("", "There is no such wallet any more.");
            }
            Wallet _ = wallets.load(name);
        }
        Restoration last = restoration;
        if (last != null && !last.isUnderWay()) {
            // Why it failed was read.
            restoration = null;
        }
        memory.showWallet(name);
        return new Done(name);
    }

    // Receiving

    private Object receive(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        String label = inputs.label();
        long amount = inputs.text("amount").isBlank() ? 0 : Amounts.read(inputs.text("amount"));
        String address = inputs.text("address");
        if (address.isEmpty()) {
            if (!wallet.canGive(wallet.options().typeForPeople(), false)) {
                throw new RefusedException("", "This wallet cannot make new addresses: it has no keys for them.");
            }
            Bytes script = wallet.newAddress(wallet.options().typeForPeople(), label);
            address =
                    Address.ofScript(script).orElseThrow().encode(wallet.chain().prefixes());
        } else {
            requireGiven(wallet, address);
        }
        // The label is for the wallet's owner alone: what is passed on names nobody.
        String link = new PaymentLink(address, amount, "", "").write();
        return new Request(address, link, QrPicture.of(link));
    }

    private static void requireGiven(Wallet wallet, String address) throws RefusedException {
        Address decoded = Address.decode(address, wallet.chain().prefixes()).address();
        Label label = decoded == null ? null : wallet.label(decoded.scriptPubKey());
        if (decoded == null || label == null || !wallet.isMine(decoded.scriptPubKey())) {
            throw new RefusedException("address", "This wallet has given out no such address.");
        }
    }

    private Object label(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        String text = inputs.text("address");
        Address address = Address.decode(text, wallet.chain().prefixes()).address();
        if (address == null || wallet.isChange(address.scriptPubKey())) {
            throw new RefusedException("address", "There is no such address to be called something.");
        }
        Bytes script = address.scriptPubKey();
        wallet.label(script, new Label(inputs.label(), wallet.isMine(script)));
        return new Done(text);
    }

    private Object history(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        int from = inputs.number("from", 0, Integer.MAX_VALUE);
        return new Page(new WalletHistory(wallet).entries(from, WalletFacts.ENTRIES), wallet.count());
    }

    // Secrets

    private Object words(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        byte[] passphrase = inputs.passphrase("passphrase");
        try {
            synchronized (wallet) {
                boolean sealed = wallet.secrets().isEncrypted();
                boolean wasLocked = wallet.secrets().isLocked();
                // Asked for even while the keys are open, since whoever reads the words has the coins.
                if (sealed) {
                    wallets.unlock(wallet, passphrase, SHOWING_SECONDS);
                }
                try {
                    return new Words(wallet.secrets()
                            .words()
                            .orElseThrow(() -> new RefusedException("", "This wallet was not made of words."))
                            .words());
                } finally {
                    if (sealed && wasLocked) {
                        wallet.secrets().lock();
                    }
                }
            }
        } catch (WalletException e) {
            throw PlainWords.of(wallet, e);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static final long SHOWING_SECONDS = 60;

    private Object protect(Inputs inputs) throws RefusedException {
        Wallet wallet = wallet(inputs);
        byte[] old = inputs.passphrase("old");
        byte[] passphrase = inputs.passphrase("passphrase");
        try {
            if (passphrase.length == 0) {
                throw new RefusedException("passphrase", "Choose a passphrase.");
            }
            if (wallet.secrets().isEncrypted()) {
                wallet.secrets().changePassphrase(old, passphrase);
            } else {
                wallet.secrets().encrypt(passphrase);
            }
            return new Done(wallet.name());
        } catch (WalletException e) {
            RefusedException plain = PlainWords.of(wallet, e);
            throw e.kind() == WalletException.Kind.PASSPHRASE_INCORRECT
                    ? new RefusedException("old", plain.sentence())
                    : plain;
        } finally {
            Arrays.fill(old, (byte) 0);
            Arrays.fill(passphrase, (byte) 0);
        }
    }
}
