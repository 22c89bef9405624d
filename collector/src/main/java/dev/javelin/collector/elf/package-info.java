/**
 * ELF files read as data: segments, symbols, build ids, debug files, and tables to unwind native stacks made from call frame information.
 * Every file is taken as hostile: all offsets are checked, all loops bounded by the file's size.
 */
package dev.javelin.collector.elf;
