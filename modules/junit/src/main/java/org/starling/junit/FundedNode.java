package org.starling.junit;

import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.Transaction;
import org.starling.embed.Node;
import org.starling.embed.Purse;
import org.starling.mempool.AcceptResult;

/**
 * A regtest node with a chain of {@link #HEIGHT} blocks, all of which pay to one known key.
 *
 * @param node the node
 * @param purse that key's coins; it follows the node's chain
 */
public record FundedNode(Node node, Purse purse) implements AutoCloseable {
    /** Blocks of the chain that every node begins with: the coins of the first eleven are mature. */
    public static final int HEIGHT = 110;

    /** The private key that all these coins pay to, as a Taproot key without scripts: worth nothing but on regtest. */
    public static final Bytes SECRET = Bytes.fromHex("01".repeat(32));

    private static final long SATOSHIS_PER_VBYTE = 2;

    /** Mines blocks on the tip that pay to the purse. */
    public void generate(int blocks) {
        node.generate(blocks, purse.scriptPubKey());
    }

    /**
     * Pays from the purse, by a transaction that is in the mempool when this returns.
     *
     * @throws IllegalStateException if the purse has too little, or the mempool does not take the payment
     */
    public Transaction pay(Bytes scriptPubKey, long satoshis) {
        Transaction payment = purse.pay(scriptPubKey, satoshis, SATOSHIS_PER_VBYTE, node.height());
        if (payment == null) {
            throw new IllegalStateException("The purse has " + purse.spendable(node.height())
                    + " satoshis to spend, not " + satoshis + " and a fee: mine blocks to it first.");
        }
        AcceptResult result = node.submit(payment);
        if (!(result instanceof AcceptResult.Accepted)) {
            throw new IllegalStateException("The mempool does not take the payment: " + result);
        }
        return payment;
    }

    /** The same, to an address of regtest. Throws {@link IllegalArgumentException} if it is none. */
    public Transaction pay(String address, long satoshis) {
        Address target = Address.decode(address, node.params().prefixes()).address();
        if (target == null) {
            throw new IllegalArgumentException("not an address of regtest: " + address);
        }
        return pay(target.scriptPubKey(), satoshis);
    }

    @Override
    public void close() {
        node.close();
    }
}
