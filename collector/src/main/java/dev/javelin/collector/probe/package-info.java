/** Where probes are attached in a process: its libraries, their functions, USDT probes and the places of arguments. Uses {@code elf} and {@code proc}. */
package dev.javelin.collector.probe;
