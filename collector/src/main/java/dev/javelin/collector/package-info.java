/** The command line, recording sessions, HotSpot and ELF symbols, and their correlation. */
package dev.javelin.collector;
