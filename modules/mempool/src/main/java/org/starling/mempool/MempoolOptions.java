package org.starling.mempool;

/**
 * What an operator may choose about the mempool. The defaults are those of Bitcoin Core 28.
 *
 * @param maxBytes memory that the transactions may take, as {@link Mempool#usage} estimates it
 * @param expirySeconds how long a transaction waits before it is dropped
 * @param minRelayFeerate below it nothing is accepted
 * @param incrementalFeerate what a replacement must pay for its own relay, and by how much the minimum rises when the
 *     mempool is full
 * @param dustFeerate the rate by which an output is judged not worth spending
 * @param limits of chains of unconfirmed transactions
 * @param requireStandard whether only standard transactions are accepted
 * @param maxDataCarrierBytes longest OP_RETURN output script; 0 for none
 * @param permitBareMultisig whether outputs may be multisig without P2SH
 * @param bytesPerSigop virtual bytes that a signature operation counts at least
 * @param fullReplacement whether transactions that do not signal replaceability (BIP-0125) can be replaced
 * @param ephemeralDust whether a transaction without fee may have an output of dust that its children spend
 */
public record MempoolOptions(
        long maxBytes,
        long expirySeconds,
        Feerate minRelayFeerate,
        Feerate incrementalFeerate,
        Feerate dustFeerate,
        Limits limits,
        boolean requireStandard,
        int maxDataCarrierBytes,
        boolean permitBareMultisig,
        int bytesPerSigop,
        boolean fullReplacement,
        boolean ephemeralDust) {

    /** Most transactions and virtual bytes in a chain of unconfirmed ones, the transaction itself counted. */
    public record Limits(int ancestors, long ancestorBytes, int descendants, long descendantBytes) {
        static final Limits NONE =
                new Limits(Integer.MAX_VALUE, Long.MAX_VALUE / 2, Integer.MAX_VALUE, Long.MAX_VALUE / 2);
    }

    public static final MempoolOptions DEFAULT = new MempoolOptions(
            300_000_000,
            336 * 60 * 60,
            new Feerate(1000),
            new Feerate(1000),
            new Feerate(3000),
            new Limits(25, 101_000, 25, 101_000),
            true,
            83,
            true,
            20,
            true,
            false);

    public MempoolOptions withMaxBytes(long bytes) {
        return new MempoolOptions(
                bytes,
                expirySeconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                limits,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                fullReplacement,
                ephemeralDust);
    }

    public MempoolOptions withExpirySeconds(long seconds) {
        return new MempoolOptions(
                maxBytes,
                seconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                limits,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                fullReplacement,
                ephemeralDust);
    }

    public MempoolOptions withFeerates(Feerate minRelay, Feerate incremental, Feerate dust) {
        return new MempoolOptions(
                maxBytes,
                expirySeconds,
                minRelay,
                incremental,
                dust,
                limits,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                fullReplacement,
                ephemeralDust);
    }

    public MempoolOptions withLimits(Limits changed) {
        return new MempoolOptions(
                maxBytes,
                expirySeconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                changed,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                fullReplacement,
                ephemeralDust);
    }

    public MempoolOptions withStandardness(boolean require, int dataCarrierBytes, boolean bareMultisig, int perSigop) {
        return new MempoolOptions(
                maxBytes,
                expirySeconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                limits,
                require,
                dataCarrierBytes,
                bareMultisig,
                perSigop,
                fullReplacement,
                ephemeralDust);
    }

    public MempoolOptions withFullReplacement(boolean full) {
        return new MempoolOptions(
                maxBytes,
                expirySeconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                limits,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                full,
                ephemeralDust);
    }

    public MempoolOptions withEphemeralDust(boolean allowed) {
        return new MempoolOptions(
                maxBytes,
                expirySeconds,
                minRelayFeerate,
                incrementalFeerate,
                dustFeerate,
                limits,
                requireStandard,
                maxDataCarrierBytes,
                permitBareMultisig,
                bytesPerSigop,
                fullReplacement,
                allowed);
    }
}
