package dev.javelin.collector.attach;

/**
 * What became of a probe in an application so far.
 *
 * @param number by which threads' slots know it (there it is 1 more)
 * @param block the address of its histograms
 * @param classes how many were seen that fit
 * @param methods how many are probed
 * @param natives how many fit, and are native
 * @param abstracts how many fit, and are abstract
 * @param intrinsics how many of those probed are such that compiled code may do without calling them
 * @param fixed how many classes or methods are left alone, since the JVM does not let them be changed, or Javelin needs them
 * @param failed how many classes are left alone, since changing them failed
 */
public record Placed(
        int number,
        long block,
        int classes,
        int methods,
        int natives,
        int abstracts,
        int intrinsics,
        int fixed,
        int failed) {}
