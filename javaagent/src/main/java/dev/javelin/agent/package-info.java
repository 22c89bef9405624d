/** The agent that runs inside the target. Java 8, depends on no other module. */
package dev.javelin.agent;
