package org.starling.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.crypto.EllSwift;
import org.starling.crypto.SecretKeys;
import org.starling.world.Randomness;

/**
 * The encrypted transport (BIP-0324). Each side sends a public key that looks random and random garbage; out of the keys
 * come those of the session, and then a terminator that ends the garbage and a packet that authenticates it (the version
 * packet, empty so far). Messages follow. An inbound link that begins as the v1 transport does is one.
 *
 * <pre>
 *   inbound:   PREFIX --16 bytes as v1 begins--> v1, for good
 *              PREFIX --any other byte--> KEY
 *   outbound:  KEY
 *   KEY --64 bytes--> GARBAGE --terminator--> VERSION --a packet, no decoy--> MESSAGES
 *   any --what cannot be--> FAILED
 * </pre>
 */
final class V2Transport implements Transport {
    private static final int SECRET_BYTES = 32;

    /** What identifies the v1 transport: the magic, and the first message's type. */
    private static final int PREFIX_BYTES = 16;

    private static final int MAGIC_BYTES = 4;
    private static final Bytes FIRST_TYPE = Bytes.fromHex("76657273696f6e0000000000");

    private static final int ID_BYTES = 1;
    private static final int CONTENTS_BYTES = ID_BYTES + V1Transport.TYPE_BYTES + Limits.MESSAGE_BYTES;

    private enum State {
        PREFIX,
        KEY,
        GARBAGE,
        VERSION,
        MESSAGES,
        FAILED
    }

    /**
     * What both sides of every link agree on.
     *
     * @param magic the network's four bytes
     * @param shortTypes the types of messages that have a number instead of a name, in the order of their numbers from 1
     */
    record Rules(Bytes magic, List<String> shortTypes) {
        Rules {
            shortTypes = List.copyOf(shortTypes);
        }
    }

    private final Rules rules;
    private final boolean initiating;
    private final Randomness random;
    private State state;
    private @Nullable V1Transport plain;
    private Bytes input = Bytes.EMPTY;
    private Bytes toSend = Bytes.EMPTY;

    // Ours, until the session is made of it.
    private byte[] secret = {};
    private Bytes ourKey = Bytes.EMPTY;
    private Bytes ourGarbage = Bytes.EMPTY;

    private final PieceBuffer key = new PieceBuffer(EllSwift.BYTES);
    private byte[] garbage = {};
    private int garbageFilled;
    private @Nullable V2Session session;

    // What the next packet must authenticate besides itself: their garbage, once.
    private Bytes associated = Bytes.EMPTY;
    private final byte[] length = new byte[V2Session.LENGTH_BYTES];
    private int lengthFilled;
    private @Nullable PieceBuffer packet;

    /** A transport for a link that we open, or another opened. The randomness must be fit for keys. */
    V2Transport(Rules rules, boolean initiating, Randomness random) {
        this.rules = rules;
        this.initiating = initiating;
        this.random = random;
        state = initiating ? State.KEY : State.PREFIX;
        if (initiating) {
            sendKey();
        }
    }

    private void sendKey() {
        do {
            secret = draw(SECRET_BYTES);
        } while (!SecretKeys.isValid(Bytes.wrap(secret)));
        ourKey = EllSwift.create(Bytes.wrap(secret), Bytes.wrap(draw(SECRET_BYTES)));
        ourGarbage = Bytes.wrap(draw(random.below(Limits.GARBAGE_BYTES + 1)));
        toSend = Bytes.concat(ourKey, ourGarbage);
    }

    private byte[] draw(int bytes) {
        byte[] drawn = new byte[bytes];
        random.fill(drawn);
        return drawn;
    }

    @Override
    public void receive(Bytes data) {
        if (plain != null) {
            plain.receive(data);
        } else {
            input = input.isEmpty() ? data : Bytes.concat(input, data);
        }
    }

    @Override
    public @Nullable Incoming next() {
        while (plain == null && !input.isEmpty()) {
            Incoming incoming = switch (state) {
                case PREFIX, KEY -> readKey();
                case GARBAGE -> readGarbage();
                case VERSION, MESSAGES -> readPacket();
                case FAILED -> drop();
            };
            if (incoming != null) {
                return incoming;
            }
        }
        return plain == null ? null : plain.next();
    }

    private Failure fail(String reason) {
        state = State.FAILED;
        input = Bytes.EMPTY;
        return new Failure("V2 transport error: " + reason);
    }

    private @Nullable Incoming drop() {
        input = Bytes.EMPTY;
        return null;
    }

    // ---- handshake

    private @Nullable Incoming readKey() {
        input = key.take(input);
        Bytes received = Bytes.wrap(key.array(), 0, key.filled());
        if (state == State.PREFIX) {
            Bytes prefix = Bytes.concat(rules.magic(), FIRST_TYPE);
            int compared = Math.min(PREFIX_BYTES, received.length());
            if (!prefix.startsWith(received.slice(0, compared))) {
                state = State.KEY;
                sendKey();
            } else if (compared == PREFIX_BYTES) {
                plain = new V1Transport(rules.magic());
                plain.receive(Bytes.concat(received, input));
                input = Bytes.EMPTY;
                return null;
            }
        }
        if (!initiating
                && received.length() >= PREFIX_BYTES
                && received.slice(MAGIC_BYTES, PREFIX_BYTES).equals(FIRST_TYPE)) {
            return fail("V1 peer with wrong MessageStart "
                    + received.slice(0, MAGIC_BYTES).hex());
        }
        if (key.complete()) {
            begin(received);
        }
        return null;
    }

    /** Makes the session of their key and ours. */
    private void begin(Bytes theirs) {
        Bytes shared = EllSwift.sharedSecret(Bytes.wrap(secret), ourKey, theirs, initiating);
        session = new V2Session(rules.magic(), shared, initiating);
        Arrays.fill(secret, (byte) 0);
        Arrays.fill(shared.sharedArray(), (byte) 0);
        toSend = Bytes.concat(toSend, session.sendTerminator(), session.encrypt(ourGarbage, false));
        ourGarbage = Bytes.EMPTY;
        garbage = new byte[Limits.GARBAGE_BYTES + V2Session.TERMINATOR_BYTES];
        state = State.GARBAGE;
    }

    private @Nullable Incoming readGarbage() {
        byte[] terminator = session().receiveTerminator().toArray();
        int taken = 0;
        boolean ended = false;
        while (!ended && taken < input.length() && garbageFilled < garbage.length) {
            garbage[garbageFilled++] = input.get(taken++);
            int from = garbageFilled - terminator.length;
            ended = from >= 0 && Arrays.equals(garbage, from, garbageFilled, terminator, 0, terminator.length);
        }
        input = input.from(taken);
        if (ended) {
            associated =
                    Bytes.wrap(garbage, 0, garbageFilled - terminator.length).compact();
            garbage = new byte[0];
            state = State.VERSION;
        } else if (garbageFilled == garbage.length) {
            return fail("missing garbage terminator");
        }
        return null;
    }

    private V2Session session() {
        if (session == null) {
            throw new IllegalStateException("no keys before the other side's has come");
        }
        return session;
    }

    // ---- packets

    private @Nullable Incoming readPacket() {
        if (packet == null) {
            while (lengthFilled < length.length && !input.isEmpty()) {
                length[lengthFilled++] = input.get(0);
                input = input.from(1);
            }
            if (lengthFilled < length.length) {
                return null;
            }
            int contents = session().decryptLength(length);
            if (contents > CONTENTS_BYTES) {
                return fail("packet too large (" + contents + " bytes)");
            }
            packet = new PieceBuffer(contents + V2Session.EXPANSION - V2Session.LENGTH_BYTES);
        }
        input = packet.take(input);
        return packet.complete() ? open(packet) : null;
    }

    private @Nullable Incoming open(PieceBuffer complete) {
        byte[] array = complete.array();
        int contents = complete.filled() + V2Session.LENGTH_BYTES - V2Session.EXPANSION;
        boolean good = session().decrypt(array, complete.filled(), associated);
        associated = Bytes.EMPTY;
        packet = null;
        lengthFilled = 0;
        if (!good) {
            return fail("packet decryption failure (" + contents + " bytes)");
        }
        if (V2Session.isDecoy(array)) {
            return null;
        }
        if (state == State.VERSION) {
            state = State.MESSAGES;
            return null;
        }
        return message(array, V2Session.HEADER_BYTES, contents);
    }

    /** A number, and after the number 0 a name as in v1; then the payload. */
    private Incoming message(byte[] array, int at, int contents) {
        int wireBytes = contents + V2Session.EXPANSION;
        int number = contents == 0 ? -1 : array[at] & 0xff;
        int head = number == 0 ? ID_BYTES + V1Transport.TYPE_BYTES : ID_BYTES;
        String type = null;
        if (number == 0 && contents >= head) {
            type = V1Transport.type(array, at + ID_BYTES);
        } else if (number > 0 && number <= rules.shortTypes().size()) {
            type = rules.shortTypes().get(number - 1);
        }
        return type == null
                ? new BadMessage(
                        "V2 transport error: invalid message type (" + contents + " bytes contents)", wireBytes)
                : new Message(type, Bytes.wrap(Arrays.copyOfRange(array, at + head, at + contents)), wireBytes);
    }

    @Override
    public Bytes takeHandshake() {
        Bytes taken = toSend;
        toSend = Bytes.EMPTY;
        return taken;
    }

    @Override
    public boolean ready() {
        return plain != null || session != null;
    }

    @Override
    public Bytes encode(String type, Bytes payload) {
        if (plain != null) {
            return plain.encode(type, payload);
        }
        byte[] name = NetAddress.ascii(type);
        if (name.length > V1Transport.TYPE_BYTES || payload.length() > Limits.MESSAGE_BYTES) {
            throw new IllegalArgumentException("message " + type + " of " + payload.length() + " bytes");
        }
        int number = rules.shortTypes().indexOf(type) + 1;
        byte[] head = new byte[number == 0 ? ID_BYTES + V1Transport.TYPE_BYTES : ID_BYTES];
        head[0] = (byte) number;
        if (number == 0) {
            System.arraycopy(name, 0, head, ID_BYTES, name.length);
        }
        return session().encrypt(Bytes.EMPTY, false, Bytes.wrap(head), payload);
    }

    @Override
    public String label() {
        if (plain != null) {
            return plain.label();
        }
        return state == State.MESSAGES ? "v2" : DETECTING;
    }

    @Override
    public Bytes sessionId() {
        return state == State.MESSAGES ? session().id() : Bytes.EMPTY;
    }

    @Override
    public boolean refusedUnanswered() {
        return initiating && state == State.KEY && key.filled() == 0;
    }
}
