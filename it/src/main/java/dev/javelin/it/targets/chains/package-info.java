/**
 * Call chains that are known exactly. Each {@link dev.javelin.it.targets.chains.Chain} runs for ever on a thread of its
 * own and says, as a {@link dev.javelin.it.targets.chains.Grammar}, which stacks a profiler may see there.
 */
package dev.javelin.it.targets.chains;
