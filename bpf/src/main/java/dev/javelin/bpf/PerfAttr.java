package dev.javelin.bpf;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * What a perf event counts and how often it fires: {@code struct perf_event_attr} in words. Immutable.
 *
 * @param name as users write it
 * @param type {@code enum perf_type_id}
 * @param config which one of that type
 * @param period fires after so many; nanoseconds for the clocks. 0 with a frequency
 * @param frequency fires so many times a second, the kernel adapting the period; 0 with a period
 * @param user count in user mode
 * @param kernel count in kernel mode
 */
public record PerfAttr(String name, int type, long config, long period, long frequency, boolean user, boolean kernel) {
    static final int TYPE_HARDWARE = 0;
    static final int TYPE_SOFTWARE = 1;
    static final int TYPE_TRACEPOINT = 2;
    static final int TYPE_CACHE = 3;
    static final int TYPE_RAW = 4;

    private static final int CPU_CLOCK = 0;
    private static final int TASK_CLOCK = 1;

    /** {@code enum perf_hw_id} of linux/perf_event.h, by the names of perf and asprof. */
    private static final Map<String, Integer> HARDWARE = Map.ofEntries(
            Map.entry("cycles", 0),
            Map.entry("cpu-cycles", 0),
            Map.entry("instructions", 1),
            Map.entry("cache-references", 2),
            Map.entry("cache-misses", 3),
            Map.entry("branches", 4),
            Map.entry("branch-instructions", 4),
            Map.entry("branch-misses", 5),
            Map.entry("bus-cycles", 6),
            Map.entry("stalled-cycles-frontend", 7),
            Map.entry("stalled-cycles-backend", 8),
            Map.entry("ref-cycles", 9));

    /** {@code enum perf_sw_ids}. */
    private static final Map<String, Integer> SOFTWARE = Map.of(
            "cpu-clock", CPU_CLOCK,
            "task-clock", TASK_CLOCK,
            "page-faults", 2,
            "context-switches", 3,
            "cpu-migrations", 4,
            "minor-faults", 5,
            "major-faults", 6);

    /** {@code PERF_TYPE_HW_CACHE}: cache id, operation (0 read) in bits 8 to 15, result (1 miss) in bits 16 to 23. */
    private static final Map<String, Integer> CACHE = Map.of(
            "L1-dcache-loads",
            0,
            "L1-dcache-load-misses",
            1 << 16,
            "L1-icache-load-misses",
            1 | 1 << 16,
            "LLC-loads",
            2,
            "LLC-load-misses",
            2 | 1 << 16,
            "dTLB-loads",
            3,
            "dTLB-load-misses",
            3 | 1 << 16,
            "iTLB-load-misses",
            4 | 1 << 16);

    public PerfAttr {
        if (period < 0 || frequency < 0 || (period == 0) == (frequency == 0)) {
            throw new IllegalArgumentException("event " + name + " needs either a period or a frequency above 0, not "
                    + period + " and " + frequency);
        }
        if (!user && !kernel) {
            throw new IllegalArgumentException("event " + name + " counts neither in user nor in kernel mode");
        }
    }

    /** Wall clock of a CPU that is not idle: a timer of the CPU's own, so not bound to the kernel's HZ. */
    public static PerfAttr cpuClock(long periodNanos) {
        return new PerfAttr("cpu-clock", TYPE_SOFTWARE, CPU_CLOCK, periodNanos, 0, true, true);
    }

    /** Each hit of a tracepoint, by its number in tracefs. */
    static PerfAttr tracepoint(String name, int id) {
        return new PerfAttr(name, TYPE_TRACEPOINT, id, 1, 0, true, true);
    }

    /** CPU time of a task. */
    public static PerfAttr taskClock(long periodNanos) {
        return new PerfAttr("task-clock", TYPE_SOFTWARE, TASK_CLOCK, periodNanos, 0, true, true);
    }

    /**
     * An event by the name that perf and asprof give it, {@code "cache-misses"}, {@code "page-faults"}, or {@code "rNNN"} with the
     * raw hexadecimal number of the processor's manual.
     *
     * @throws IllegalArgumentException that lists what there is
     */
    public static PerfAttr named(String name, long period) {
        if (name.matches("r[0-9a-fA-F]{1,16}")) {
            return new PerfAttr(name, TYPE_RAW, Long.parseUnsignedLong(name.substring(1), 16), period, 0, true, true);
        }
        for (int type : new int[] {TYPE_HARDWARE, TYPE_SOFTWARE, TYPE_CACHE}) {
            OptionalInt config = config(type, name);
            if (config.isPresent()) {
                return new PerfAttr(name, type, config.getAsInt(), period, 0, true, true);
            }
        }
        throw new IllegalArgumentException(
                "unknown event " + name + "; known are " + String.join(" ", names()) + " rNNN (raw, hexadecimal)");
    }

    /** Whether {@link #named} knows the name. */
    public static boolean isKnown(String name) {
        return names().contains(name) || name.toLowerCase(Locale.ROOT).matches("r[0-9a-f]{1,16}");
    }

    /** Every name that {@link #named} knows, sorted. */
    public static TreeSet<String> names() {
        TreeSet<String> names = new TreeSet<>(HARDWARE.keySet());
        names.addAll(SOFTWARE.keySet());
        names.addAll(CACHE.keySet());
        return names;
    }

    private static OptionalInt config(int type, String name) {
        Map<String, Integer> table = type == TYPE_HARDWARE ? HARDWARE : type == TYPE_SOFTWARE ? SOFTWARE : CACHE;
        Integer config = table.get(name);
        return config == null ? OptionalInt.empty() : OptionalInt.of(config);
    }

    /** Whether it needs the processor's performance counters. */
    public boolean isHardware() {
        return type != TYPE_SOFTWARE;
    }

    public PerfAttr withFrequency(long hertz) {
        return new PerfAttr(name, type, config, 0, hertz, user, kernel);
    }

    public PerfAttr withPeriod(long newPeriod) {
        return new PerfAttr(name, type, config, newPeriod, 0, user, kernel);
    }

    /** Leaves kernel mode out. */
    public PerfAttr userOnly() {
        return new PerfAttr(name, type, config, period, frequency, true, false);
    }

    /** Leaves user mode out. */
    public PerfAttr kernelOnly() {
        return new PerfAttr(name, type, config, period, frequency, false, true);
    }
}
