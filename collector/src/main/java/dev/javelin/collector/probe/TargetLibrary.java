package dev.javelin.collector.probe;

/**
 * A library or program of a process.
 *
 * @param name its short name in that process: {@code libjvm}; the whole file name where two files have the same short one, the path where
 *     two have the same file name, and for a file that is not mapped
 * @param pathInTarget its path as that process sees it; where it was deleted, the path it had
 * @param pathToOpen a path by which this process opens the very file that is mapped; valid while the process lives
 */
public record TargetLibrary(String name, String pathInTarget, String pathToOpen) {}
