package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is live in a JVM's heap, by its own histogram of classes, before which it collects garbage. */
final class LiveObjects {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)$");
    /** What agents may add, and what for each thread. */
    private static final long AGENT_BYTES = 5_000_000;

    private static final long THREAD_BYTES = 1_000;

    private LiveObjects() {}

    static long bytes(int major, long pid) {
        String jcmd = MustRun.jdk(major).tool("jcmd").toString();
        Matcher total = TOTAL.matcher(
                Child.run(jcmd, Long.toString(pid), "GC.class_histogram").ok().out());
        assertThat(total.find()).isTrue();
        return Long.parseLong(total.group(1));
    }

    static void assertLittleMore(long before, long after, int threads) {
        System.out.printf("live objects: %,d bytes before, %,d after, %d threads%n", before, after, threads);
        assertThat(after - before).isLessThan(AGENT_BYTES + THREAD_BYTES * threads);
    }
}
