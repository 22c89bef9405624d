package dev.javelin.collector.probe;

/**
 * A function in an ELF file that a probe may be set on.
 *
 * @param name its readable name: {@code SafepointSynchronize::begin()}, or {@code malloc}
 * @param symbol its name in the file: {@code _ZN20SafepointSynchronize5beginEv}
 * @param address virtual address of its first byte, as linked
 * @param fileOffset where that byte is in the file, as uprobes ask for it
 * @param size bytes; 0 if the file does not say
 * @param ifunc whether it only chooses the function to use (STT_GNU_IFUNC): a probe on it would fire once, when the library is loaded
 */
public record FunctionPoint(String name, String symbol, long address, long fileOffset, long size, boolean ifunc) {}
