/**
 * What runs inside the application: starts a collector of its own beside it, and ends that with it. Java 8, depends on no other
 * module. Nothing here uses lambdas or loggers, whose first use costs an application that starts tens of milliseconds.
 */
package dev.javelin.agent;
