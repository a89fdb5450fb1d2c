package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Which addresses of a wallet anybody can tell to be of one owner: those spent from together, and their change. */
final class AddressGroups {
    private final Call call;
    private final Wallet wallet;

    /** The group of each script; scripts of one group share the set. */
    private final Map<Bytes, SortedSet<Bytes>> groups = new TreeMap<>();

    private final Map<Bytes, Long> balances = new HashMap<>();

    AddressGroups(Call call) {
        this.call = call;
        this.wallet = call.wallet();
        for (WalletTx tx : wallet.transactions()) {
            group(tx);
            count(tx);
        }
    }

    private void group(WalletTx tx) {
        List<Bytes> together = new ArrayList<>();
        for (TxIn input : tx.transaction().inputs()) {
            TxOut spent = wallet.output(input.previous());
            if (spent != null) {
                together.add(spent.scriptPubKey());
            }
        }
        boolean own = !together.isEmpty();
        for (TxOut output : tx.transaction().outputs()) {
            Bytes script = output.scriptPubKey();
            if (own && wallet.isChange(script)) {
                together.add(script);
            } else if (wallet.isMine(script)) {
                join(List.of(script));
            }
        }
        join(together);
    }

    private void join(Collection<Bytes> together) {
        SortedSet<Bytes> joined = new TreeSet<>();
        for (Bytes script : together) {
            if (Address.ofScript(script).isPresent()) {
                joined.add(script);
                joined.addAll(groups.getOrDefault(script, joined));
            }
        }
        joined.forEach(script -> groups.put(script, joined));
    }

    // What is surely there, as the balance counts it.
    private void count(WalletTx tx) {
        boolean counts = wallet.isTrusted(tx) && wallet.blocksToMaturity(tx) == 0;
        List<TxOut> outputs = tx.transaction().outputs();
        for (int i = 0; i < outputs.size() && counts; i++) {
            Bytes script = outputs.get(i).scriptPubKey();
            if (wallet.isMine(script) && !wallet.isSpent(tx.transaction().outPoint(i))) {
                balances.merge(script, outputs.get(i).value(), Long::sum);
            }
        }
    }

    /** A list of groups, each of them of addresses with what is on them and, if they have one, their label. */
    JsonNode json() {
        ArrayNode list = Json.array();
        Set<Bytes> done = new HashSet<>();
        for (SortedSet<Bytes> group : groups.values()) {
            if (done.add(group.first())) {
                ArrayNode addresses = list.addArray();
                group.forEach(script -> add(addresses.addArray(), script));
            }
        }
        return list;
    }

    private void add(ArrayNode entry, Bytes script) {
        entry.add(AddressMethods.address(call, script)).add(Json.amount(balances.getOrDefault(script, 0L)));
        Label label = wallet.label(script);
        if (label != null) {
            entry.add(label.text());
        }
    }
}
