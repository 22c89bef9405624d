package dev.javelin.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorVerdictTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0 | false | Recording works here.                                        | 0",
                "0 | 0 | true  | Recording works here.                                        | 0",
                "0 | 1 | false | Recording works here, but not of this process: see above.    | 1",
                "3 | 0 | false | Recording cannot work here: 3 found.                         | 1",
                "3 | 1 | false | Recording cannot work here: 3 found.                         | 1",
                "3 | 0 | true  | You cannot record here yourself                              | 0",
                "3 | 1 | true  | You cannot record here yourself                              | 1",
            })
    void shouldSayWhatComesOfAllFindings(int here, int there, boolean daemon, String begins, int status) {
        DoctorCommand.Verdict verdict = DoctorCommand.Verdict.of(here, there, daemon);

        assertThat(verdict.text()).startsWith(begins);
        assertThat(verdict.exitStatus()).isEqualTo(status);
        assertThat(verdict.text()).doesNotContain("\n");
    }
}
