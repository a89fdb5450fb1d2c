package org.starling.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.starling.app.fuzz.Target;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.world.Endpoint;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.SeededRandomness;

/** What of the engine takes bytes from others. The first bytes of an input say how the rest is cut. */
public final class EngineTargets {
    private static final Bytes MAGIC = Bytes.fromHex("fabfb5da");
    private static final V2Transport.Rules RULES = new V2Transport.Rules(MAGIC, List.of("addr", "block", "ping"));
    private static final Bytes LOOPBACK = Bytes.copyOf((byte) 127, (byte) 0, (byte) 0, (byte) 1);

    private EngineTargets() {}

    public static void addTo(SequencedMap<String, Target> targets) {
        targets.put("v1-transport", EngineTargets::v1);
        targets.put("v2-transport", EngineTargets::v2);
        targets.put("v2-session", EngineTargets::v2Session);
        targets.put("socks5", EngineTargets::socks5);
        targets.put("tor-control", EngineTargets::torControl);
        targets.put("tor-reply", EngineTargets::torReply);
        targets.put("address-book", EngineTargets::addressBook);
        targets.put("ban-file", EngineTargets::banFile);
        targets.put("net-address", EngineTargets::netAddress);
        targets.put("as-map", EngineTargets::asMap);
    }

    /** Pieces of 1 to 64 bytes, as the seed says. */
    private static List<Bytes> cut(Bytes whole, long seed) {
        SeededRandomness random = new SeededRandomness(seed);
        List<Bytes> pieces = new ArrayList<>();
        for (int at = 0; at < whole.length(); ) {
            int end = Math.min(whole.length(), at + 1 + random.below(64));
            pieces.add(whole.slice(at, end).compact());
            at = end;
        }
        return pieces;
    }

    private static List<String> read(Transport transport, List<Bytes> pieces) {
        List<String> seen = new ArrayList<>();
        for (Bytes piece : pieces) {
            transport.receive(piece);
            for (Transport.Incoming in = transport.next(); in != null; in = transport.next()) {
                seen.add(in.toString());
            }
        }
        return seen;
    }

    private static void same(Object one, Object other) {
        if (!one.equals(other)) {
            throw new AssertionError(one + "\nis not\n" + other);
        }
    }

    private static void v1(byte[] input) {
        Bytes wire = Bytes.wrap(input).from(Math.min(1, input.length)).compact();
        int seed = input.length == 0 ? 0 : input[0];
        same(read(new V1Transport(MAGIC), List.of(wire)), read(new V1Transport(MAGIC), cut(wire, seed)));
        Bytes sent = new V1Transport(MAGIC).encode("ping", wire);
        List<String> seen = read(new V1Transport(MAGIC), cut(sent, seed));
        same(seen, List.of(new Transport.Message("ping", wire, sent.length()).toString()));
    }

    private static void v2(byte[] input) {
        Bytes wire = Bytes.wrap(input).from(Math.min(1, input.length)).compact();
        int seed = input.length == 0 ? 0 : input[0];
        boolean initiating = (seed & 1) == 0;
        V2Transport whole = new V2Transport(RULES, initiating, new SeededRandomness(seed));
        V2Transport inPieces = new V2Transport(RULES, initiating, new SeededRandomness(seed));
        same(read(whole, List.of(wire)), read(inPieces, cut(wire, seed)));
        same(whole.takeHandshake(), inPieces.takeHandshake());
        same(whole.label(), inPieces.label());
    }

    /** Two that agree on keys: what one says comes out at the other, and not a word after a byte is changed on the way. */
    private static void v2Session(byte[] input) {
        if (input.length < 4) {
            return;
        }
        V2Transport sender = new V2Transport(RULES, true, new SeededRandomness(1));
        V2Transport receiver = new V2Transport(RULES, false, new SeededRandomness(2));
        read(receiver, List.of(sender.takeHandshake()));
        read(sender, List.of(receiver.takeHandshake()));
        read(receiver, List.of(sender.takeHandshake()));
        List<String> said = new ArrayList<>();
        Bytes wire = Bytes.EMPTY;
        Bytes rest = Bytes.wrap(input).from(4);
        while (!rest.isEmpty()) {
            int length = Math.min(rest.length() - 1, rest.unsigned(0));
            Bytes payload = rest.slice(1, 1 + length).compact();
            Bytes packet = sender.encode((length & 1) == 0 ? "ping" : "other", payload);
            said.add(new Transport.Message((length & 1) == 0 ? "ping" : "other", payload, packet.length()).toString());
            wire = Bytes.concat(wire, packet);
            rest = rest.from(1 + length);
        }
        int at = (input[1] & 0xff) << 8 | input[2] & 0xff;
        boolean spoilt = input[3] != 0 && at < wire.length();
        if (spoilt) {
            byte[] changed = wire.toArray();
            changed[at] ^= input[3];
            wire = Bytes.wrap(changed);
        }
        List<String> heard = read(receiver, cut(wire, input[0]));
        if (!spoilt) {
            same(heard, said);
        } else if (heard.size() > said.size()
                || !said.subList(0, Math.max(0, heard.size() - 1))
                        .equals(heard.subList(0, Math.max(0, heard.size() - 1)))) {
            throw new AssertionError("heard " + heard + " of " + said);
        } else if (!heard.isEmpty()
                && heard.size() == said.size()
                && heard.getLast().equals(said.getLast())) {
            throw new AssertionError("a changed packet was taken for good: " + heard);
        }
    }

    private static void socks5(byte[] input) {
        Bytes wire = Bytes.wrap(input).from(Math.min(1, input.length)).compact();
        int seed = input.length == 0 ? 0 : input[0];
        Socks5 whole = new Socks5("1.2.3.4", 8333, (seed & 1) == 0 ? null : "name");
        Socks5 inPieces = new Socks5("1.2.3.4", 8333, (seed & 1) == 0 ? null : "name");
        whole.receive(wire);
        cut(wire, seed).forEach(inPieces::receive);
        same(whole.isOpen(), inPieces.isOpen());
        same(whole.hasFailed(), inPieces.hasFailed());
        same(whole.failure(), inPieces.failure());
        if (whole.isOpen()) {
            same(whole.rest(), inPieces.rest());
        }
    }

    private static TorControl control() {
        Endpoint own = new Endpoint(LOOPBACK, 9051);
        TorControl.Settings settings = new TorControl.Settings(own, "pass", 8333, new Endpoint(LOOPBACK, 8334), true);
        return new TorControl(settings, "", Map.of("/c", new byte[32])::get, new SeededRandomness(1));
    }

    private static void torControl(byte[] input) {
        Bytes wire = Bytes.wrap(input).from(Math.min(1, input.length)).compact();
        int seed = input.length == 0 ? 0 : input[0];
        TorControl whole = control();
        TorControl inPieces = control();
        whole.receive(wire);
        cut(wire, seed).forEach(inPieces::receive);
        same(whole.takeToSend(), inPieces.takeToSend());
        same(String.valueOf(whole.service()), String.valueOf(inPieces.service()));
    }

    private static void torReply(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        TorReply.values(text);
        same(TorReply.unquoted(TorReply.quoted(text)), text);
        same(String.join(" ", TorReply.words(text)), text);
    }

    private static void addressBook(byte[] input) {
        AddressBook book;
        try {
            // The checksum would keep everything else from being read.
            Bytes body = Bytes.wrap(input);
            Bytes sum = org.starling.crypto.Sha256.once(body).toBytes();
            book = AddressBookFile.decode(
                    Bytes.concat(body, sum), Routability.PUBLIC, Defences.ALL, new SeededRandomness(1));
        } catch (MalformedException e) {
            return;
        }
        Bytes written = AddressBookFile.encode(book);
        try {
            AddressBook again =
                    AddressBookFile.decode(written, Routability.PUBLIC, Defences.ALL, new SeededRandomness(1));
            same(AddressBookFile.encode(again), written);
        } catch (MalformedException e) {
            throw new AssertionError("our own file", e);
        }
    }

    private static void banFile(byte[] input) {
        MemoryFileStore files = new MemoryFileStore(new MemoryDisk(new SeededRandomness(1)));
        files.replace("banlist.json", input);
        BanList list = BanFile.load(files, "banlist.json", event -> {});
        byte[] written = BanFile.encode(list, 0);
        files.replace("banlist.json", written);
        byte[] again = BanFile.encode(BanFile.load(files, "banlist.json", event -> {}), 0);
        if (!Arrays.equals(again, written)) {
            throw new AssertionError(new String(written, StandardCharsets.UTF_8));
        }
    }

    private static void asMap(byte[] input) {
        AsMap map;
        try {
            map = AsMap.parse(Bytes.wrap(input));
        } catch (MalformedException e) {
            return;
        }
        for (String text : List.of("1.2.3.4", "255.255.255.255", "2a01::1", "[ffff::ffff]:1")) {
            NetAddress address = NetAddress.parse(text, 8333);
            long number = address == null ? 0 : map.asOf(address);
            if (number < 0 || number > 0xffff_ffffL) {
                throw new AssertionError(text + " in " + number);
            }
        }
    }

    private static void netAddress(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        NetAddress address = NetAddress.parse(text, 8333);
        if (address != null) {
            same(NetAddress.parse(address.toString(), 1), address);
        }
        Subnet subnet = Subnet.parse(text);
        if (subnet != null) {
            same(
                    new TreeMap<>(Map.of(subnet.toString(), 1)).firstKey(),
                    Subnet.parse(subnet.toString()).toString());
        }
    }
}
