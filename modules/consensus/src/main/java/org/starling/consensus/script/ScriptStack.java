package org.starling.consensus.script;

import java.util.Arrays;
import java.util.List;
import org.starling.bytes.Bytes;

/** The stack of a running script. Elements are counted from the top, which is 0. */
public final class ScriptStack {
    private Bytes[] elements;
    private int size;

    ScriptStack() {
        elements = new Bytes[12];
        Arrays.fill(elements, Bytes.EMPTY);
    }

    /** The first {@code count} elements of a witness; the last of them is the top. */
    ScriptStack(List<Bytes> witness, int count) {
        elements = new Bytes[count + 8];
        for (int i = 0; i < count; i++) {
            elements[i] = witness.get(i);
        }
        size = count;
    }

    private ScriptStack(ScriptStack other) {
        elements = other.elements.clone();
        size = other.size;
    }

    public int size() {
        return size;
    }

    /** The element {@code depth} below the top. */
    public Bytes peek(int depth) {
        if (depth >= size) {
            throw new IndexOutOfBoundsException(depth + " of " + size);
        }
        return elements[size - 1 - depth];
    }

    ScriptStack copy() {
        return new ScriptStack(this);
    }

    Bytes top() {
        return elements[size - 1];
    }

    void push(Bytes element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, 2 * size);
        }
        elements[size++] = element;
    }

    Bytes pop() {
        return elements[--size];
    }

    void drop(int count) {
        size -= count;
    }

    void replaceTop(Bytes element) {
        elements[size - 1] = element;
    }

    /** Takes out the element {@code depth} below the top. */
    Bytes remove(int depth) {
        int at = size - 1 - depth;
        Bytes removed = elements[at];
        System.arraycopy(elements, at + 1, elements, at, depth);
        size--;
        return removed;
    }

    /** Puts an element in so that it stands {@code depth} below the top. */
    void insert(int depth, Bytes element) {
        push(element);
        int at = size - 1 - depth;
        System.arraycopy(elements, at, elements, at + 1, depth);
        elements[at] = element;
    }

    void swap(int depth, int otherDepth) {
        Bytes element = elements[size - 1 - depth];
        elements[size - 1 - depth] = elements[size - 1 - otherDepth];
        elements[size - 1 - otherDepth] = element;
    }

    void keepBottom() {
        size = 1;
    }
}
