/**
 * The only package that knows JNA: one class of direct mappings per native library, pointers and {@code size_t} as {@code long}
 * (x86-64 only), and the loading of the libraries that travel in the jar.
 */
package dev.javelin.bpf.jna;
