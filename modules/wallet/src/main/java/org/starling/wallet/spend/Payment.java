package org.starling.wallet.spend;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.wallet.OutputType;

/** What is to be paid and how. Made by {@link #to} and the methods that change it. */
public final class Payment {
    private final List<Recipient> recipients;
    private final Map<OutPoint, Input> inputs = new LinkedHashMap<>();
    private @Nullable Feerate feerate;
    private @Nullable Integer target;
    private boolean conservative;
    private @Nullable Boolean replaceable;
    private @Nullable Bytes changeScript;
    private @Nullable OutputType changeType;
    private OptionalInt changePosition = OptionalInt.empty();
    private @Nullable Integer lockTime;
    private int version = 2;
    private boolean addInputs = true;
    private boolean includeUnsafe;
    private boolean avoidReuse;
    private boolean wholeAddresses;
    private int minDepth;
    private int maxDepth = Integer.MAX_VALUE;
    private long maxWeight = DEFAULT_MAX_WEIGHT;
    private boolean belowMinimum;
    private boolean takesChange = true;

    /** Heaviest transaction that is relayed. */
    public static final long DEFAULT_MAX_WEIGHT = 400_000;

    /** Heaviest transaction of version 3 (BIP-0431), and of one that spends an unconfirmed such. */
    static final long MAX_TRUC_WEIGHT = 40_000;

    static final long MAX_TRUC_CHILD_WEIGHT = 4_000;

    /**
     * An input that was chosen for the payment.
     *
     * @param output what it spends
     * @param weight units of the whole input
     * @param given the input as it is to be; null for the usual
     */
    record Input(TxOut output, int weight, @Nullable TxIn given) {}

    private Payment(List<Recipient> recipients) {
        this.recipients = List.copyOf(recipients);
    }

    public static Payment to(List<Recipient> recipients) {
        return new Payment(recipients);
    }

    /** Spends this coin in any case. */
    public Payment spend(OutPoint coin, TxOut output, int weight, @Nullable TxIn given) {
        inputs.put(coin, new Input(output, weight, given));
        return this;
    }

    /** Whether further coins may be added to those chosen. */
    public Payment addInputs(boolean add) {
        addInputs = add;
        return this;
    }

    /** Pays just this. */
    public Payment feerate(@Nullable Feerate rate) {
        feerate = rate;
        return this;
    }

    /** Pays this though it is below what is usually asked for. */
    public Payment allowBelowMinimum() {
        belowMinimum = true;
        return this;
    }

    /** Pays what confirms within so many blocks. */
    public Payment target(@Nullable Integer blocks, boolean carefully) {
        target = blocks;
        conservative = carefully;
        return this;
    }

    public Payment replaceable(@Nullable Boolean signals) {
        replaceable = signals;
        return this;
    }

    /** Signals that it may be replaced if nothing else was said, whatever is usual. */
    public Payment replaceableByDefault() {
        replaceable = replaceable == null ? (Boolean) true : replaceable;
        return this;
    }

    public Payment changeScript(@Nullable Bytes script) {
        changeScript = script;
        return this;
    }

    public Payment changeType(@Nullable OutputType type) {
        changeType = type;
        return this;
    }

    /** Leaves the address for change to the next one who asks, until the payment is recorded. */
    public Payment leaveChangeAddress() {
        takesChange = false;
        return this;
    }

    public Payment changePosition(int position) {
        changePosition = OptionalInt.of(position);
        return this;
    }

    public Payment lockTime(@Nullable Integer time) {
        lockTime = time;
        return this;
    }

    public Payment version(int number) {
        version = number;
        return this;
    }

    /** Spends also what somebody else could make vanish. */
    public Payment includeUnsafe(boolean include) {
        includeUnsafe = include;
        return this;
    }

    /** Leaves out coins of addresses that were spent from. */
    public Payment avoidReuse(boolean avoid) {
        avoidReuse = avoid;
        return this;
    }

    /** Spends all coins of an address or none. */
    public Payment wholeAddresses(boolean whole) {
        wholeAddresses = whole;
        return this;
    }

    public Payment depths(int least, int most) {
        minDepth = least;
        maxDepth = most;
        return this;
    }

    public Payment maxWeight(long weight) {
        maxWeight = weight;
        return this;
    }

    List<Recipient> recipients() {
        return recipients;
    }

    Map<OutPoint, Input> inputs() {
        return inputs;
    }

    @Nullable
    Feerate feerate() {
        return feerate;
    }

    @Nullable
    Integer target() {
        return target;
    }

    boolean conservative() {
        return conservative;
    }

    @Nullable
    Boolean replaceable() {
        return replaceable;
    }

    @Nullable
    Bytes changeScript() {
        return changeScript;
    }

    @Nullable
    OutputType changeType() {
        return changeType;
    }

    boolean takesChangeAddress() {
        return takesChange;
    }

    OptionalInt changePosition() {
        return changePosition;
    }

    @Nullable
    Integer lockTime() {
        return lockTime;
    }

    int version() {
        return version;
    }

    boolean addsInputs() {
        return addInputs;
    }

    boolean includesUnsafe() {
        return includeUnsafe;
    }

    boolean avoidsReuse() {
        return avoidReuse;
    }

    boolean takesWholeAddresses() {
        return wholeAddresses;
    }

    int minDepth() {
        return minDepth;
    }

    int maxDepth() {
        return maxDepth;
    }

    long maxWeight() {
        return version == 3 ? Math.min(maxWeight, MAX_TRUC_WEIGHT) : maxWeight;
    }

    /** As it was asked for. */
    long askedWeight() {
        return maxWeight;
    }

    boolean mayBeBelowMinimum() {
        return belowMinimum;
    }
}
