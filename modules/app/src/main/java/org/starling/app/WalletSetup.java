package org.starling.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.api.page.PageMemory;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import org.starling.embed.MachineWorld;
import org.starling.mempool.Feerate;
import org.starling.node.Node;
import org.starling.node.wallet.Wallets;
import org.starling.platform.DiskFileStore;
import org.starling.platform.WalletShelf;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletOptions;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Opens the wallets of a node as the settings say, and remembers which to load at each start, and to show. */
final class WalletSetup implements PageMemory {
    private static final String SETTINGS = "settings.json";

    /** Of {@link #SETTINGS}: the wallet that the page shows. */
    private static final String SHOWN = "webwallet";

    private final Settings settings;
    private final DataDirectory directory;
    private @Nullable String shown;

    /** The wallets to be loaded at each start, if that is known without the file. */
    private @Nullable Set<String> named;

    WalletSetup(Settings settings, DataDirectory directory) {
        this.settings = settings;
        this.directory = directory;
    }

    /** Whether there are to be wallets at all. */
    boolean isEnabled() {
        return !settings.flag("disablewallet", false);
    }

    WalletOptions options() throws UsageException {
        WalletOptions usual = WalletOptions.DEFAULT;
        return new WalletOptions(
                Math.clamp(settings.number("keypool", usual.gap()), 1, 1_000_000),
                settings.isSet("addresstype") ? type("addresstype") : null,
                settings.isSet("changetype") ? type("changetype") : null,
                feerate("fallbackfee", usual.fallbackFee()),
                feerate("mintxfee", usual.minFee()),
                feerate("discardfee", usual.discardFee()),
                feerate("consolidatefeerate", usual.consolidateFee()),
                feerate("paytxfee", usual.payFee()),
                feerate("maxtxfee", new Feerate(usual.maxFee())).satoshisPerKvb(),
                Math.clamp(settings.number("txconfirmtarget", usual.confirmTarget()), 1, 1008),
                settings.flag("walletrbf", usual.replaceable()),
                settings.flag("spendzeroconfchange", usual.spendUnconfirmedChange()),
                settings.flag("avoidpartialspends", usual.avoidPartialSpends()),
                settings.text("maxapsfee", "").equals("-1")
                        ? -1
                        : feerate("maxapsfee", new Feerate(usual.maxWholeAddressFee()))
                                .satoshisPerKvb(),
                settings.flag("walletrejectlongchains", usual.rejectLongChains()),
                settings.flag("walletbroadcast", usual.broadcast()));
    }

    private OutputType type(String option) throws UsageException {
        String name = settings.text(option, "");
        Optional<OutputType> type = OutputType.of(name);
        if (type.isEmpty()) {
            throw new UsageException(
                    "Unknown " + (option.equals("addresstype") ? "address" : "change") + " type '" + name + "'");
        }
        return type.get();
    }

    private Feerate feerate(String option, Feerate usual) throws UsageException {
        if (!settings.isSet(option)) {
            return usual;
        }
        OptionalLong satoshis = NodeOptions.amount(settings.text(option, ""));
        if (satoshis.isEmpty()) {
            throw new UsageException(
                    "Invalid amount for -" + option + "=<amount>: '" + settings.text(option, "") + "'");
        }
        return new Feerate(satoshis.getAsLong());
    }

    private Path folder() throws UsageException {
        String given = settings.text("walletdir", "");
        if (given.isEmpty()) {
            return directory.wallets();
        }
        Path path = Path.of(given);
        if (!Files.isDirectory(path)) {
            throw new UsageException("Specified -walletdir \"" + given + "\" does not exist");
        }
        if (!path.isAbsolute()) {
            throw new UsageException("Specified -walletdir \"" + given + "\" is a relative path");
        }
        return path;
    }

    /** Opens the wallets that are to be loaded. Throws if one of them cannot be. */
    Wallets open(Node node, MachineWorld world) throws UsageException {
        Wallets wallets = Wallets.open(
                node,
                new WalletShelf(folder(), !settings.flag("unsafesqlitesync", false)),
                world.world().clock(),
                world.walletLane(),
                options(),
                world.world().randomness().child("wallets"));
        boolean complete = false;
        try {
            for (String name : toLoad(wallets)) {
                wallets.load(name);
            }
            complete = true;
            return wallets;
        } catch (WalletException | StorageException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        } finally {
            if (!complete) {
                wallets.close();
            }
        }
    }

    private Set<String> toLoad(Wallets wallets) {
        Set<String> names = new LinkedHashSet<>(settings.list("wallet"));
        // The wallet without a name is loaded as long as nobody said which to load.
        if (!settings.isSet("wallet")
                && remembered().isEmpty()
                && wallets.shelf().exists("")) {
            named = Set.of("");
        }
        if (!settings.isNegated("wallet")) {
            names.addAll(remembered());
        }
        names.removeIf(name -> name.isEmpty() && !wallets.shelf().exists(""));
        return names;
    }

    private List<String> remembered() {
        if (named != null) {
            return List.copyOf(named);
        }
        List<String> names = new ArrayList<>();
        @Nullable JsonNode stored = stored();
        for (JsonNode name : stored == null ? Json.array() : stored.path("wallet")) {
            if (name.isString()) {
                names.add(name.stringValue());
            }
        }
        return names;
    }

    private @Nullable JsonNode stored() {
        Path file = directory.chain().resolve(SETTINGS);
        try {
            return Files.exists(file) ? Json.parse(Files.readAllBytes(file)) : null;
        } catch (IOException | RpcException e) {
            throw new StorageException(
                    "Cannot read " + file + ": " + e.getMessage()
                            + "; repair or remove it. It names the wallets to load.",
                    e);
        }
    }

    /** Notes whether the wallet is to be loaded at each start. */
    synchronized void remember(String wallet, boolean load) {
        JsonNode stored = stored();
        ObjectNode changed = stored instanceof ObjectNode object ? object : Json.object();
        Set<String> names = new LinkedHashSet<>(remembered());
        if (load ? names.add(wallet) : names.remove(wallet)) {
            named = names;
            ArrayNode list = changed.putArray("wallet");
            names.forEach(list::add);
            write(changed);
        }
    }

    private void write(ObjectNode changed) {
        new DiskFileStore(directory.chain()).replace(SETTINGS, Json.write(changed));
    }

    @Override
    public synchronized String shownWallet() {
        String name = shown;
        if (name == null) {
            JsonNode stored = stored();
            name = stored == null ? "" : stored.path(SHOWN).asString("");
            shown = name;
        }
        return name;
    }

    @Override
    public synchronized void showWallet(String name) {
        remember(name, true);
        if (!name.equals(shownWallet())) {
            JsonNode stored = stored();
            write((stored instanceof ObjectNode object ? object : Json.object()).put(SHOWN, name));
            shown = name;
        }
    }
}
