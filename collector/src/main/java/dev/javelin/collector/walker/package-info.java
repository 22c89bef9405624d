/**
 * The collector's side of the BPF walker: the rows that configure it and the records that it hands over. Each class
 * mirrors one struct of {@code bpf/src/main/bpf/javelin.h}.
 */
package dev.javelin.collector.walker;
