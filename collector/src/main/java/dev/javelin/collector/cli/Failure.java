package dev.javelin.collector.cli;

import dev.javelin.bpf.BpfException;
import dev.javelin.bpf.KernelFeatures;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How a failure is told.
 *
 * @param text one line: what failed, on what, why, what to do
 * @param exitStatus 1 or 2
 */
record Failure(String text, int exitStatus) {

    /** The words for an exception that reached the command line. */
    static Failure of(Throwable failure) {
        if (failure instanceof BpfException || failure.getCause() instanceof BpfException) {
            return new Failure(kernelRefused(failure.getMessage()), JavelinException.FAILED);
        }
        if (failure instanceof JavelinException e) {
            return new Failure(e.getMessage(), e.exitStatus());
        }
        return new Failure(text(failure), JavelinException.FAILED);
    }

    /** The reason why the kernel refuses altogether, if there is one; else the words for this one operation. */
    private static String kernelRefused(String message) {
        String obstacle = KernelFeatures.probe().obstacle();
        return obstacle.isEmpty()
                ? message
                : "cannot record: " + obstacle + " (" + message
                        + "); 'javelin doctor' checks everything that is needed";
    }

    private static String text(Throwable failure) {
        if (failure instanceof UnsatisfiedLinkError) {
            return "the native libraries of Javelin cannot be loaded: " + failure.getMessage()
                    + " (they need x86-64 Linux with glibc 2.33 or newer)";
        }
        if (failure instanceof UncheckedIOException e) {
            return text(e.getCause());
        }
        if (failure instanceof IOException) {
            return failure.getMessage() == null ? failure.toString() : failure.getMessage();
        }
        if (failure instanceof OutOfMemoryError) {
            return "out of memory: " + JavelinException.MORE_MEMORY;
        }
        return "internal error: " + failure + "; please report it with the output of the same command and --verbose";
    }
}
