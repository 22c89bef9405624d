/**
 * Programs to be profiled. Each is a plain main class without dependencies that prints {@code READY} when it has
 * warmed up, obeys lines on its standard input (see {@link dev.javelin.it.targets.Console}) and ends when that closes.
 */
package dev.javelin.it.targets;
