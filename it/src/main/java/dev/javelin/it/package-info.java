/** End-to-end tests, sample targets and benchmarks. */
package dev.javelin.it;
