package org.starling.engine;

/**
 * What an inbound link has done for us, by which it is kept when others want its slot. Times in milliseconds since 1970,
 * 0 for never.
 *
 * @param minPingMillis the shortest answer to a ping; {@link Long#MAX_VALUE} if there was none
 * @param lastItemMillis when it last brought a small thing that was new and good (a transaction)
 * @param lastBlockMillis when it last brought a great thing that was (a block)
 * @param relaysItems whether small things go over it at all
 * @param serves whether it offers what we need of others
 */
public record Merits(
        long minPingMillis, long lastItemMillis, long lastBlockMillis, boolean relaysItems, boolean serves) {}
