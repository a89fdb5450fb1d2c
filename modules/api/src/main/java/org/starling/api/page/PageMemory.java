package org.starling.api.page;

/** What a restart of the process must not forget of what was chosen on the page. */
public interface PageMemory {
    /** The name of the wallet that was looked at last; empty if none was. */
    String shownWallet();

    /** Notes the wallet that is looked at, and that it is to be loaded at each start. */
    void showWallet(String name);
}
