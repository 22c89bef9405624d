/**
 * What probed methods call. These classes are not loaded as they are: {@code CallsClass} gives them other names, and defines the result in
 * {@code java.lang}, where every class of the application sees it.
 */
package dev.javelin.agent.calls;
