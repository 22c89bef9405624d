/** The command line: one class per command, what they share, and how failures are told. */
package dev.javelin.collector.cli;
