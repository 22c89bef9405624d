package dev.javelin.bpf;

/**
 * Where a uprobe is set.
 *
 * @param offset of the instruction in the file, in bytes
 * @param semaphore file offset of the USDT semaphore to count up while attached; 0 for none
 * @param number the upper half of its cookie
 */
public record UprobePlace(long offset, long semaphore, int number) {}
