package dev.javelin.collector.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.proc.Credentials;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientTest {
    /** A client of user 1000, group 100, with one capability, by the kernel's rule for debuggers. */
    @ParameterizedTest
    @CsvSource({
        "1000 1000 1000 1000, 100 100 100 100, 0, 1000, user:[1], true",
        "1000 1000 1000 1000, 100 100 100 100, 4, 1000, user:[1], true",
        "1000 1000 1000 1000, 100 100 100 100, 6, 1000, user:[1], false",
        "1001 1001 1001 1001, 100 100 100 100, 0, 1001, user:[1], false",
        "0 0 0 0, 100 100 100 100, 0, 0, user:[1], false",
        "1000 0 0 0, 100 100 100 100, 0, 0, user:[1], false",
        "1000 1000 0 1000, 100 100 100 100, 0, 1000, user:[1], false",
        "0 1000 1000 1000, 100 100 100 100, 0, 1000, user:[1], false",
        "1000 1000 1000 1000, 100 0 0 0, 0, 1000, user:[1], false",
        "1000 1000 1000 1000, 100 100 0 100, 0, 1000, user:[1], false",
        "1000 1000 1000 1000, 100 100 100 100, 0, 0, user:[1], false",
        "1000 1000 1000 1000, 100 100 100 100, 0, 1000, user:[2], false",
    })
    void shouldHaveRecordedWhatItCouldDebug(
            String uids, String gids, long permitted, long owner, String namespace, boolean allowed) {
        Client client = new Client(7, process("1000 1000 1000 1000", "100 100 100 100", 4, 1000, "user:[1]"), false);
        Credentials process = process(uids, gids, permitted, owner, namespace);

        assertThat(client.mayLookAt(process)).isEqualTo(allowed);
        assertThat(new Client(8, client(0), true).mayLookAt(process)).as("root").isTrue();
    }

    private static Credentials client(long uid) {
        String four = (uid + " ").repeat(4).strip();
        return process(four, four, -1, uid, "user:[1]");
    }

    private static Credentials process(String uids, String gids, long permitted, long owner, String namespace) {
        return new Credentials(
                numbers(uids), numbers(gids), permitted, permitted, owner, List.of(1L), "pid:[1]", namespace);
    }

    private static List<Long> numbers(String text) {
        return Arrays.stream(text.split(" ", -1)).map(Long::valueOf).toList();
    }
}
