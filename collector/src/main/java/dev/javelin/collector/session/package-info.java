/** A recording: what is asked for, how it runs, and how it ended. */
package dev.javelin.collector.session;
