/** Measurements beside the peers, each started by {@code it/bench/run NAME}; they print tables and assert nothing. */
package dev.javelin.it.bench;
