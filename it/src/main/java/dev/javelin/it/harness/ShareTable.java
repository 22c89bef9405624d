package dev.javelin.it.harness;

import dev.javelin.it.targets.Activities;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The shares of CPU time that a profile shows for {@link Activities}, beside the target's own account. */
public final class ShareTable {
    private static final String CARRIER = "java.util.concurrent.ForkJoinWorkerThread.run";

    private final List<Row> rows;

    /**
     * One activity.
     *
     * @param account its share by the thread clock, in percent
     * @param profile its share of the samples, in percent
     * @param tolerance 0.5 points, or four standard errors of the sample count if that is more
     * @param standardErrors four standard errors, in points
     */
    public record Row(String name, double account, double profile, double tolerance, double standardErrors) {
        /** Whether the profile is right. */
        public boolean right() {
            return Math.abs(profile - account) <= tolerance;
        }
    }

    private ShareTable(List<Row> rows) {
        this.rows = rows;
    }

    /** Compares a recording with the account of the time it covers. */
    public static ShareTable of(Recording recording, Map<String, Long> account) {
        Map<String, Long> counts = account.keySet().stream()
                .collect(Collectors.toMap(
                        name -> name,
                        name -> recording.samples().stream()
                                .filter(sample -> belongs(sample, name))
                                .count()));
        double samples = sum(counts);
        double nanos = sum(account);
        List<Row> rows = new ArrayList<>();
        account.forEach((name, used) -> {
            double expected = used / nanos;
            double fourErrors = 400 * Math.sqrt(expected * (1 - expected) / samples);
            double seen = 100 * counts.get(name) / samples;
            rows.add(new Row(name, 100 * expected, seen, Math.max(0.5, fourErrors), fourErrors));
        });
        return new ShareTable(rows);
    }

    /** One row an activity. */
    public List<Row> rows() {
        return rows;
    }

    @Override
    public String toString() {
        return rows.stream()
                .map(row -> String.format(
                        Locale.ROOT,
                        "%-16s account %6.2f %%  profile %6.2f %%  difference %+5.2f  allowed 0.50 or 4 s.e. %.2f%s",
                        row.name(),
                        row.account(),
                        row.profile(),
                        row.profile() - row.account(),
                        row.standardErrors(),
                        row.right() ? "" : "  WRONG"))
                .collect(Collectors.joining("\n"));
    }

    /** Virtual threads are accounted by their carriers, whatever these do; everything else by the activity's method. */
    private static boolean belongs(Sample sample, String activity) {
        return switch (activity) {
            case "virtualThreads" -> sample.has(CARRIER) || sample.has(Activities.class.getName() + ".virtualWork");
            case "shortThreads" -> sample.has(Activities.class.getName() + ".shortLived");
            default -> sample.has(Activities.class.getName() + "." + activity);
        };
    }

    private static double sum(Map<String, Long> values) {
        return values.values().stream().mapToLong(Long::longValue).sum();
    }
}
