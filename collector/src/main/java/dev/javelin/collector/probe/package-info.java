/** Probes: the language in which they are asked for, what can be probed in a process, and at which instruction. */
package dev.javelin.collector.probe;
