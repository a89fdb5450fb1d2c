package org.starling.engine;

/**
 * What stands between somebody with many addresses and all of a node's outbound links. A node has all of them; only the
 * simulator takes some away, to measure what each is worth.
 *
 * @param groupLimits one group of sources reaches few buckets of the new table, one group of addresses few of the tried
 *     one; without, all of them
 * @param testBeforeEvict a proven address keeps its slot until it fails when tested; without, the next one takes it
 * @param feelers addresses of the new table are tried out while all is well, so that the tried table fills with those
 *     that work
 * @param diversity each outbound link leads to another part of the network
 * @param anchors after a restart, the last block-relay links are opened again first
 * @param addressLimits each peer's addresses are taken at a limited rate
 */
public record Defences(
        boolean groupLimits,
        boolean testBeforeEvict,
        boolean feelers,
        boolean diversity,
        boolean anchors,
        boolean addressLimits) {
    public static final Defences ALL = new Defences(true, true, true, true, true, true);

    public static final Defences NONE = new Defences(false, false, false, false, false, false);
}
