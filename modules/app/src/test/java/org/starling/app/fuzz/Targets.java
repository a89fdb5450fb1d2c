package org.starling.app.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.starling.app.ConfigTarget;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bytes.Base58;
import org.starling.bytes.Bech32;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.index.BlockFilter;
import org.starling.consensus.Address;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.ChainType;
import org.starling.consensus.Transaction;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptNumber;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.SigOps;
import org.starling.consensus.script.Sighash;
import org.starling.engine.EngineTargets;
import org.starling.mempool.MempoolFile;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.message.SignedMessage;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.MusigRounds;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtAnalysis;
import org.starling.wallet.psbt.PsbtCombiner;
import org.starling.wallet.psbt.PsbtException;
import org.starling.wallet.psbt.PsbtSigner;
import org.starling.wallet.psbt.PsbtUpdater;

/** Everything that reads bytes from others, by name. */
final class Targets {
    /** Messages whose bytes could have been written in no other way. */
    private static final Set<String> CANONICAL = Set.of(
            "ping",
            "pong",
            "inv",
            "getdata",
            "notfound",
            "block",
            "tx",
            "cmpctblock",
            "getblocktxn",
            "blocktxn",
            "addrv2");

    private static final AddressPrefixes PREFIXES =
            ChainParams.of(ChainType.REGTEST).prefixes();

    static final SequencedMap<String, Target> ALL = all();

    private Targets() {}

    private static SequencedMap<String, Target> all() {
        SequencedMap<String, Target> targets = new LinkedHashMap<>();
        for (String type : Message.TYPES) {
            targets.put("message-" + type, input -> message(type, Bytes.wrap(input)));
        }
        targets.put("transaction", Targets::transaction);
        targets.put("block", Targets::block);
        targets.put("script", Targets::script);
        targets.put("script-number", Targets::scriptNumber);
        targets.put("base58", Targets::base58);
        targets.put("bech32", Targets::bech32);
        targets.put("address", Targets::address);
        targets.put("descriptor", Targets::descriptor);
        targets.put("keys", Targets::keys);
        targets.put("psbt", Targets::psbt);
        targets.put("signed-message", Targets::signedMessage);
        targets.put("mempool-file", Targets::mempoolFile);
        targets.put("block-filter", Targets::blockFilter);
        targets.put("config", new ConfigTarget());
        EngineTargets.addTo(targets);
        return targets;
    }

    private static void check(boolean holds, Object about) {
        if (!holds) {
            throw new AssertionError(about);
        }
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.ISO_8859_1);
    }

    private static void message(String type, Bytes input) {
        Message message;
        try {
            message = Message.read(type, input);
        } catch (MalformedException e) {
            return;
        }
        if (message instanceof AddrV2(List<TimedAddress> addresses)
                && addresses.stream().anyMatch(one -> one.address() == null)) {
            return; // of a network that is not known: skipped, and never written
        }
        Bytes written = message.payload().compact();
        try {
            check(Message.read(type, written).payload().equals(written), written);
        } catch (MalformedException e) {
            throw new AssertionError("our own bytes: " + written, e);
        }
        check(!CANONICAL.contains(type) || input.startsWith(written), written);
    }

    private static void transaction(byte[] input) {
        try {
            Transaction transaction = Transaction.parse(Bytes.wrap(input));
            check(transaction.serialized().equals(Bytes.wrap(input)), transaction.txid());
            check(transaction.weight() >= 4 * transaction.virtualSize() - 3, transaction.txid());
            SigOps.legacy(transaction);
        } catch (MalformedException e) {
            // no transaction
        }
    }

    private static void block(byte[] input) {
        try {
            Block block = Block.parse(Bytes.wrap(input));
            check(block.serialized().equals(Bytes.wrap(input)), block.hash());
        } catch (MalformedException e) {
            // no block
        }
    }

    private static void script(byte[] input) {
        Bytes script = Bytes.wrap(input);
        ScriptReader reader = new ScriptReader(script);
        int before = -1;
        while (reader.hasNext()) {
            check(reader.position() > before, reader.position());
            before = reader.position();
            if (reader.next() < 0) {
                break;
            }
        }
        check(SigOps.count(script, true) >= 0 && SigOps.count(script, false) >= 0, script);
        Script.isPushOnly(script);
        Script.lastPush(script);
        Script.isUnspendable(script);
        check(Script.witnessProgram(script) == null || script.unsigned(0) <= Op.OP_16, script);
    }

    private static void scriptNumber(byte[] input) {
        Bytes bytes = Bytes.wrap(input);
        long number = ScriptNumber.decode(bytes, true, 5);
        if (number != ScriptNumber.INVALID) {
            check(ScriptNumber.encode(number).equals(bytes), number);
            check(ScriptNumber.isTrue(bytes) == (number != 0), number);
        }
    }

    private static void base58(byte[] input) {
        Bytes bytes = Bytes.wrap(input);
        check(Base58.decode(Base58.encode(bytes), input.length + 1).equals(java.util.Optional.of(bytes)), bytes);
        String text = text(input);
        Base58.decode(text).ifPresent(decoded -> check(Base58.encode(decoded).equals(text.strip()), text));
    }

    private static void bech32(byte[] input) {
        String text = text(input);
        Bech32.decode(text)
                .ifPresent(decoded -> check(
                        Bech32.encode(decoded.variant(), decoded.humanReadablePart(), decoded.data())
                                .equals(text.toLowerCase(java.util.Locale.ROOT)),
                        text));
    }

    private static void address(byte[] input) {
        String text = text(input);
        if (Address.decode(text, PREFIXES) instanceof Address.Decoded decoded) {
            check(!decoded.toString().isEmpty(), text);
        }
    }

    private static void keys(byte[] input) {
        String text = text(input);
        WalletImportFormat.decode(text, PREFIXES);
        ExtendedKey.decode(text, PREFIXES)
                .ifPresent(key -> check(
                        ExtendedKey.decode(key.encode(PREFIXES), PREFIXES)
                                .map(again -> again.encode(PREFIXES))
                                .equals(java.util.Optional.of(key.encode(PREFIXES))),
                        text));
    }

    private static void descriptor(byte[] input) {
        List<Descriptor> parsed;
        try {
            parsed = Descriptor.parse(text(input), PREFIXES, false);
        } catch (DescriptorException e) {
            check(e.getMessage() != null, "nothing is said");
            return;
        }
        for (Descriptor descriptor : parsed) {
            String canonical = descriptor.text();
            try {
                List<Descriptor> again = Descriptor.parse(canonical, PREFIXES, true);
                check(again.size() == 1 && again.getFirst().text().equals(canonical), canonical);
            } catch (DescriptorException e) {
                throw new AssertionError("our own text: " + canonical, e);
            }
        }
    }

    private static void mempoolFile(byte[] input) {
        MempoolFile file;
        try {
            file = MempoolFile.read(Bytes.wrap(input));
        } catch (MalformedException e) {
            return;
        }
        Bytes written = file.write(Bytes.fromHex("0102030405060708"));
        try {
            check(MempoolFile.read(written).equals(file), written);
        } catch (MalformedException e) {
            throw new AssertionError("our own file", e);
        }
    }

    private static void blockFilter(byte[] input) {
        try {
            BlockFilter filter = BlockFilter.parse(Hash256.ZERO, Bytes.wrap(input));
            filter.matchesAny(Set.of(Bytes.fromHex("51"), Bytes.fromHex("6a")));
            check(filter.encoded().equals(Bytes.wrap(input)), "other bytes");
        } catch (MalformedException e) {
            // no filter
        }
    }

    private static void psbt(byte[] input) {
        Psbt psbt;
        try {
            psbt = Psbt.parse(Bytes.wrap(input));
        } catch (MalformedException e) {
            return;
        }
        try {
            check(Psbt.parse(psbt.serialized()).equals(psbt), psbt);
            check(Psbt.parse(psbt.toVersion0().serialized()).version() == 0, psbt);
            Psbt second = Psbt.parse(psbt.toVersion2().serialized());
            check(second.unsigned().equals(psbt.unsigned()), psbt);
            check(
                    PsbtCombiner.combine(List.of(psbt, psbt)).inputs().size()
                            == psbt.inputs().size(),
                    psbt);
            KeyRing keys = new KeyRing().addKey(Bytes.fromHex("11".repeat(32)), true);
            PsbtUpdater.update(psbt, keys);
            new MusigRounds().advance(psbt, keys, Sighash.DEFAULT, () -> Bytes.fromHex("22".repeat(32)));
            Psbt complete = PsbtSigner.finalizeInputs(psbt);
            boolean ready = PsbtAnalysis.of(complete).next() == PsbtAnalysis.Role.EXTRACTOR;
            check(!ready || PsbtSigner.extract(complete) != null, psbt);
            PsbtSigner.sign(psbt, keys, Sighash.ALL, true, Bytes.fromHex("00".repeat(32)));
        } catch (MalformedException e) {
            throw new AssertionError("our own bytes: " + psbt, e);
        } catch (PsbtException e) {
            check(e.reason().startsWith("Specified sighash"), psbt);
        }
    }

    /** A byte for the length of the script, the script, and what would be base64. */
    private static void signedMessage(byte[] input) {
        int length = input.length == 0 ? 0 : Math.min(input[0] & 0xff, input.length - 1);
        Bytes script =
                Bytes.copyOf(Arrays.copyOfRange(input, Math.min(1, input.length), Math.min(1, input.length) + length));
        Bytes signature = Bytes.wrap(input).from(Math.min(1, input.length) + length);
        for (String prefix : List.of("", "smp", "ful", "pof")) {
            String text = prefix + Base64.getEncoder().encodeToString(signature.toArray());
            check(SignedMessage.verify(script, "", text).reason() != null, text);
        }
        check(SignedMessage.verify(script, "", text(input)).reason() != null, script);
    }
}
