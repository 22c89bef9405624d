/** Probes: how users name them, and under which condition a hit counts. Nothing here touches a process or the kernel. */
package dev.javelin.collector.probe;
