package org.starling.bitcoin;

import org.starling.chain.HeaderTree;

/** The chain as the peers' code sees it; reads are safe from the core thread while validation goes on. */
public interface ChainView {
    HeaderTree headers();

    /** Whether the chain is so far behind that transactions make no sense yet. Once false it stays false. */
    boolean isInitialBlockDownload();
}
