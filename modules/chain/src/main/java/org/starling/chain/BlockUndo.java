package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Coin;

/**
 * The coins that a block spent, which is what disconnecting it has to bring back.
 *
 * @param spent for each transaction after the coinbase, the coins of its inputs in their order
 */
public record BlockUndo(List<List<Coin>> spent) {
    public BlockUndo {
        spent = List.copyOf(spent);
    }

    /** The coins that the block's transaction {@code index} (0 is the coinbase, which spends none) spent. */
    public List<Coin> spentBy(int index) {
        return index == 0 ? List.of() : spent.get(index - 1);
    }

    static BlockUndo read(ByteReader reader) throws MalformedException {
        int transactions = reader.count(1);
        List<List<Coin>> spent = new ArrayList<>(transactions);
        for (int i = 0; i < transactions; i++) {
            int inputs = reader.count(2);
            List<Coin> coins = new ArrayList<>(inputs);
            for (int j = 0; j < inputs; j++) {
                coins.add(CoinCodec.readUndo(reader));
            }
            spent.add(List.copyOf(coins));
        }
        return new BlockUndo(spent);
    }

    void write(ByteWriter writer) {
        writer.compactSize(spent.size());
        for (List<Coin> coins : spent) {
            writer.compactSize(coins.size());
            coins.forEach(coin -> CoinCodec.writeUndo(writer, coin));
        }
    }
}
