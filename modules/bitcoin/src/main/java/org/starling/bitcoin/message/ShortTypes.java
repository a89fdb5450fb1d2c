package org.starling.bitcoin.message;

import java.util.List;

/** The types of messages that have a number in the encrypted transport. */
public final class ShortTypes {
    /** As BIP-0324 numbers them, from 1. */
    public static final List<String> BIP324 = List.of(
            "addr",
            "block",
            "blocktxn",
            "cmpctblock",
            "feefilter",
            "filteradd",
            "filterclear",
            "filterload",
            "getblocks",
            "getblocktxn",
            "getdata",
            "getheaders",
            "headers",
            "inv",
            "mempool",
            "merkleblock",
            "notfound",
            "ping",
            "pong",
            "sendcmpct",
            "tx",
            "getcfilters",
            "cfilter",
            "getcfheaders",
            "cfheaders",
            "getcfcheckpt",
            "cfcheckpt",
            "addrv2");

    private ShortTypes() {}
}
