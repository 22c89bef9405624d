/** The sample application of {@code javelin demo}: a small shop that keeps every part of a JVM busy. It runs in a JVM of its own. */
package dev.javelin.collector.demo;
