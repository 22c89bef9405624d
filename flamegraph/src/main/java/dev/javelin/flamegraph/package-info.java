/** The profile model and every output format. Pure Java: knows nothing of the kernel or of JVM internals. */
package dev.javelin.flamegraph;
