package org.starling.wallet.book;

import org.jspecify.annotations.Nullable;
import org.starling.mempool.Feerate;
import org.starling.wallet.OutputType;

/**
 * How the wallets of a node behave.
 *
 * @param gap addresses watched behind the last used one ({@code -keypool})
 * @param addressType of new addresses ({@code -addresstype}); null for what is usual, which is not the same for people and
 *     for programs
 * @param changeType of change; null for one that does not stand out ({@code -changetype})
 * @param fallbackFee where fees cannot be estimated; zero to refuse then ({@code -fallbackfee})
 * @param minFee the least that is paid ({@code -mintxfee})
 * @param discardFee an output that costs more to spend at this rate than it holds goes to the fee ({@code -discardfee})
 * @param consolidateFee at this rate and below coins are gathered rather than kept apart ({@code -consolidatefeerate})
 * @param payFee what is paid if nothing else is said; zero to estimate ({@code -paytxfee})
 * @param maxFee satoshis that a transaction may cost at most ({@code -maxtxfee})
 * @param confirmTarget blocks within which a payment is to confirm ({@code -txconfirmtarget})
 * @param replaceable whether payments signal that they may be replaced, BIP-0125 ({@code -walletrbf})
 * @param spendUnconfirmedChange whether change is spent before it confirms ({@code -spendzeroconfchange})
 * @param avoidPartialSpends whether all coins of an address are spent together ({@code -avoidpartialspends})
 * @param maxWholeAddressFee satoshis more that a payment may cost so that all coins of an address are spent together;
 *     negative not to try ({@code -maxapsfee})
 * @param rejectLongChains whether a payment is refused whose chain of unconfirmed ancestors is too long for the mempool
 *     ({@code -walletrejectlongchains})
 * @param broadcast whether payments are sent to the network ({@code -walletbroadcast})
 */
public record WalletOptions(
        int gap,
        @Nullable OutputType addressType,
        @Nullable OutputType changeType,
        Feerate fallbackFee,
        Feerate minFee,
        Feerate discardFee,
        Feerate consolidateFee,
        Feerate payFee,
        long maxFee,
        int confirmTarget,
        boolean replaceable,
        boolean spendUnconfirmedChange,
        boolean avoidPartialSpends,
        long maxWholeAddressFee,
        boolean rejectLongChains,
        boolean broadcast) {
    public static final WalletOptions DEFAULT = new WalletOptions(
            1000,
            null,
            null,
            Feerate.ZERO,
            new Feerate(1_000),
            new Feerate(10_000),
            new Feerate(10_000),
            Feerate.ZERO,
            10_000_000,
            6,
            true,
            true,
            false,
            0,
            true,
            true);

    /** The same with so many addresses watched behind the last used one. */
    public WalletOptions withGap(int addresses) {
        return new WalletOptions(
                addresses,
                addressType,
                changeType,
                fallbackFee,
                minFee,
                discardFee,
                consolidateFee,
                payFee,
                maxFee,
                confirmTarget,
                replaceable,
                spendUnconfirmedChange,
                avoidPartialSpends,
                maxWholeAddressFee,
                rejectLongChains,
                broadcast);
    }

    /** The same with that feerate where fees cannot be estimated. */
    public WalletOptions withFallbackFee(Feerate rate) {
        return new WalletOptions(
                gap,
                addressType,
                changeType,
                rate,
                minFee,
                discardFee,
                consolidateFee,
                payFee,
                maxFee,
                confirmTarget,
                replaceable,
                spendUnconfirmedChange,
                avoidPartialSpends,
                maxWholeAddressFee,
                rejectLongChains,
                broadcast);
    }

    /** Of addresses that a person is given: Taproot, if nothing else is set. */
    public OutputType typeForPeople() {
        return addressType == null ? OutputType.BECH32M : addressType;
    }

    /** Of addresses that a program is given which names no type: what Bitcoin Core gives it, if nothing else is set. */
    public OutputType typeForPrograms() {
        return addressType == null ? OutputType.BECH32 : addressType;
    }
}
