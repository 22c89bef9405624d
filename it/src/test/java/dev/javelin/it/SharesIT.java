package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Recording;
import dev.javelin.it.harness.ShareTable;
import dev.javelin.it.harness.TargetProcess;
import dev.javelin.it.targets.Shares;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shares of CPU time in a profile are those of the target's own account. */
class SharesIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void activitiesInTurn(int major) {
        check(major);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void activitiesOnThreadsOfTheirOwn(int major) {
        check(major, "threads");
    }

    private void check(int major, String... arguments) {
        MustRun.recording();
        Duration duration = Lengths.seconds(8, 20);
        Path jfr = directory.resolve("shares.jfr");
        try (TargetProcess target = TargetProcess.start(MustRun.jdk(major), List.of(), Shares.class, arguments)) {
            Map<String, Long> before = target.account();
            String summary =
                    JavelinCommand.recordCpu(target.pid(), duration, 999, jfr).err();
            Map<String, Long> account = TargetProcess.since(before, target.account());
            ShareTable table = ShareTable.of(Recording.read(jfr), account);
            System.out.printf("shares, jdk%d %s%n%s%n%s%n", major, List.of(arguments), table, summary);
            assertThat(table.rows()).as(table.toString()).allMatch(ShareTable.Row::right);
        }
    }
}
