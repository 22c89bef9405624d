/** The agent in a running JVM, and the collector's side of it: probes on Java methods. */
package dev.javelin.collector.attach;
