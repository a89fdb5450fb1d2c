package org.starling.api.rpc;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All methods by their names. */
public final class RpcTable {
    private final Map<String, RpcMethod> byName = new TreeMap<>();

    /** The methods of a node. */
    public static RpcTable ofNode() {
        RpcTable table = new RpcTable();
        table.add(ControlMethods.all());
        table.add(OutputMethods.all());
        table.add(TransactionMethods.all());
        table.add(BuildMethods.all());
        table.add(SigningMethods.all());
        table.add(PsbtMethods.all());
        table.add(MessageMethods.all());
        table.add(ProofMethods.all());
        table.add(StatisticsMethods.all());
        table.add(ChainMethods.all());
        table.add(CoinMethods.all());
        table.add(BlockMethods.all());
        table.add(IndexMethods.all());
        table.add(MempoolMethods.all());
        table.add(SendMethods.all());
        table.add(MiningMethods.all());
        table.add(TemplateMethods.all());
        table.add(FeeMethods.all());
        table.add(PeerMethods.all());
        table.add(LinkMethods.all());
        table.add(BanMethods.all());
        table.add(ObserveMethods.all());
        table.add(ZmqMethods.all());
        return table;
    }

    /** And those of its wallets. */
    public RpcTable withWallets() {
        add(WalletMethods.all());
        add(AddressMethods.all());
        add(HoldingMethods.all());
        add(HistoryMethods.all());
        add(PaymentMethods.all());
        add(ImportMethods.all());
        add(PrunedFundsMethods.all());
        add(HdKeyMethods.all());
        add(FundingMethods.all());
        add(MessageMethods.ofWallets());
        add(LegacyMethods.all());
        return this;
    }

    void add(List<RpcMethod> methods) {
        for (RpcMethod method : methods) {
            if (byName.put(method.name(), method) != null) {
                throw new AssertionError("two methods named " + method.name());
            }
        }
    }

    public @Nullable RpcMethod find(String name) {
        return byName.get(name);
    }

    Collection<RpcMethod> all() {
        return byName.values();
    }

    /** The list of methods under their headings. */
    String overview() {
        StringBuilder text = new StringBuilder();
        String heading = "";
        List<RpcMethod> sorted = byName.values().stream()
                .filter(method -> !method.category().equals("hidden"))
                .sorted(Comparator.comparing(RpcMethod::category).thenComparing(RpcMethod::name))
                .toList();
        for (RpcMethod method : sorted) {
            if (!method.category().equals(heading)) {
                text.append(heading.isEmpty() ? "" : "\n");
                heading = method.category();
                text.append("== ").append(heading.substring(0, 1).toUpperCase(Locale.ROOT));
                text.append(heading.substring(1)).append(" ==\n");
            }
            text.append(method.usage()).append('\n');
        }
        return text.substring(0, text.length() - 1);
    }
}
