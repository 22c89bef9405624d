package dev.javelin.collector.elf;

import java.util.List;

/**
 * A thread-local variable that a file exports, and what the dynamic linker fills in for it, in the order in which that is to be trusted. Nothing
 * but these words says where a process has the variable.
 *
 * @param offset in the thread-local block of the file
 * @param references words that the dynamic linker fills; empty if the file itself never uses the variable
 * @param threadOffset from the thread pointer to the variable, which is known of a program's own ones only, and negative; else 0
 */
public record TlsVariable(long offset, List<Reference> references, long threadOffset) {
    /** What the dynamic linker writes (x86-64 psABI 1.0, 4.4.1, and "TLS Descriptors for x86" of A. Oliva, 1.0). */
    public enum Kind {
        /** Two words: a function, and its argument, from which it gets the variable's offset from the thread pointer. */
        DESCRIPTOR,
        /** Two words: the number of the module that has the variable, and the offset in its block. */
        MODULE_AND_OFFSET,
        /** A word: the number of this file's module. */
        MODULE,
        /** A word: the offset from the thread pointer. */
        THREAD_OFFSET
    }

    /**
     * Such words.
     *
     * @param slot virtual address of the first
     * @param adjustment what is to be added to the offset that is found there, so that it is the variable's
     */
    public record Reference(Kind kind, long slot, long adjustment) {}

    /** Copies the list. */
    public TlsVariable {
        references = List.copyOf(references);
    }
}
