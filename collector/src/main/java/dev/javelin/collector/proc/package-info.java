/**
 * What the kernel tells of processes through {@code /proc}: mappings, memory, identity, threads, and the kernel's own symbols.
 * Nothing here stops, signals, traces or changes a process: only files are read.
 */
package dev.javelin.collector.proc;
