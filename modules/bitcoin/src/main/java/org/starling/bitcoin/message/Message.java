package org.starling.bitcoin.message;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/** A message of Bitcoin's protocol. */
public sealed interface Message
        permits Version,
                Verack,
                Ping,
                Pong,
                Addr,
                AddrV2,
                SendAddrV2,
                WtxidRelay,
                GetAddr,
                Inv,
                GetData,
                NotFound,
                GetHeaders,
                Headers,
                SendHeaders,
                GetBlocks,
                BlockMessage,
                TxMessage,
                Mempool,
                FeeFilter,
                SendCompact,
                CompactBlock,
                GetBlockTransactions,
                BlockTransactions,
                FilterMessage,
                BloomMessage,
                Unknown {
    /** Types that {@link #read} understands. */
    List<String> TYPES = List.of(
            Version.TYPE,
            Verack.TYPE,
            Ping.TYPE,
            Pong.TYPE,
            Addr.TYPE,
            AddrV2.TYPE,
            SendAddrV2.TYPE,
            WtxidRelay.TYPE,
            GetAddr.TYPE,
            Inv.TYPE,
            GetData.TYPE,
            NotFound.TYPE,
            GetHeaders.TYPE,
            Headers.TYPE,
            SendHeaders.TYPE,
            GetBlocks.TYPE,
            BlockMessage.TYPE,
            TxMessage.TYPE,
            Mempool.TYPE,
            FeeFilter.TYPE,
            SendCompact.TYPE,
            CompactBlock.TYPE,
            GetBlockTransactions.TYPE,
            BlockTransactions.TYPE,
            GetCFilters.TYPE,
            CFilter.TYPE,
            GetCFHeaders.TYPE,
            CFHeaders.TYPE,
            GetCFCheckpoint.TYPE,
            CFCheckpoint.TYPE,
            FilterLoad.TYPE,
            FilterAdd.TYPE,
            FilterClear.TYPE,
            MerkleBlock.TYPE);

    /** Each of {@link #TYPES} by itself. */
    Map<String, String> OWN_COPIES = TYPES.stream().collect(Collectors.toUnmodifiableMap(type -> type, type -> type));

    /** Our own copy of the name, the same for each link; null if {@link #read} does not understand the type. */
    static @Nullable String ownCopy(String type) {
        return OWN_COPIES.get(type);
    }

    /** The name on the wire. */
    String type();

    void write(ByteWriter writer);

    /** The payload. */
    default Bytes payload() {
        ByteWriter writer = new ByteWriter();
        write(writer);
        return Bytes.wrap(writer.sharedArray(), 0, writer.length());
    }

    /** Reads the payload of a message; one of an unknown type is not looked at. Bytes left over are allowed. */
    static Message read(String type, Bytes payload) throws MalformedException {
        ByteReader reader = payload.reader();
        return switch (type) {
            case Version.TYPE -> Version.read(reader);
            case Verack.TYPE -> new Verack();
            case Ping.TYPE -> Ping.read(reader);
            case Pong.TYPE -> Pong.read(reader);
            case Addr.TYPE -> Addr.read(reader);
            case AddrV2.TYPE -> AddrV2.read(reader);
            case SendAddrV2.TYPE -> new SendAddrV2();
            case WtxidRelay.TYPE -> new WtxidRelay();
            case GetAddr.TYPE -> new GetAddr();
            case Inv.TYPE -> Inv.read(reader);
            case GetData.TYPE -> GetData.read(reader);
            case NotFound.TYPE -> NotFound.read(reader);
            case GetHeaders.TYPE -> GetHeaders.read(reader);
            case Headers.TYPE -> Headers.read(reader);
            case SendHeaders.TYPE -> new SendHeaders();
            case GetBlocks.TYPE -> GetBlocks.read(reader);
            case BlockMessage.TYPE -> BlockMessage.read(reader);
            case TxMessage.TYPE -> TxMessage.read(reader);
            case Mempool.TYPE -> new Mempool();
            case FeeFilter.TYPE -> FeeFilter.read(reader);
            case SendCompact.TYPE -> SendCompact.read(reader);
            case CompactBlock.TYPE -> CompactBlock.read(reader);
            case GetBlockTransactions.TYPE -> GetBlockTransactions.read(reader);
            case BlockTransactions.TYPE -> BlockTransactions.read(reader);
            case GetCFilters.TYPE -> GetCFilters.read(reader);
            case CFilter.TYPE -> CFilter.read(reader);
            case GetCFHeaders.TYPE -> GetCFHeaders.read(reader);
            case CFHeaders.TYPE -> CFHeaders.read(reader);
            case GetCFCheckpoint.TYPE -> GetCFCheckpoint.read(reader);
            case CFCheckpoint.TYPE -> CFCheckpoint.read(reader);
            case FilterLoad.TYPE -> FilterLoad.read(reader);
            case FilterAdd.TYPE -> FilterAdd.read(reader);
            case FilterClear.TYPE -> new FilterClear();
            case MerkleBlock.TYPE -> MerkleBlock.read(reader);
            default -> new Unknown(type);
        };
    }
}
