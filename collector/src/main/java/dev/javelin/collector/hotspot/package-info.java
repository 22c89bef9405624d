/**
 * What a running HotSpot JVM looks like from outside: its self-describing tables, its code cache, and the way from raw
 * addresses to classes, methods, lines and thread names. Everything is read from the memory of a process that runs on;
 * nothing here stops it, and nothing here trusts what it reads.
 */
package dev.javelin.collector.hotspot;
