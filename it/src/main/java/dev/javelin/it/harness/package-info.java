/** What the end-to-end tests and the benchmarks share: JDKs, targets, the command under test, and readers of its output. */
package dev.javelin.it.harness;
