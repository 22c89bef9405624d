/**
 * Probes on Java methods, in an application that runs. {@link dev.javelin.agent.methods.AttachAgent} is loaded by the attach; all else by
 * a class loader of its own, which the application does not see, and which is dropped when the probes are out. Java 8; depends on ASM.
 */
package dev.javelin.agent.methods;
