package org.starling.consensus;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/** A transaction output: value in satoshis and the script that locks it. */
public record TxOut(long value, Bytes scriptPubKey) {
    public static TxOut read(ByteReader reader) throws MalformedException {
        return new TxOut(reader.i64(), reader.varBytes());
    }

    public void write(ByteWriter writer) {
        writer.i64(value).varBytes(scriptPubKey);
    }

    public int serializedLength() {
        return 8 + ByteWriter.compactSizeLength(scriptPubKey.length()) + scriptPubKey.length();
    }
}
