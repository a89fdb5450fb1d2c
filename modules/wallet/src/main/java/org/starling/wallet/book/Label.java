package org.starling.wallet.book;

/**
 * What an address is called.
 *
 * @param text may be empty
 * @param receiving whether it is an address of the wallet that was given to somebody, not somebody else's
 */
public record Label(String text, boolean receiving) {
    /** Of {@code listreceivedbyaddress} and the like. */
    public String purpose() {
        return receiving ? "receive" : "send";
    }
}
