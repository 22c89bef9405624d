package dev.javelin.collector.cli;

import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.RecordSession;
import java.util.function.Consumer;

/** Runs one recording for the user: settings first, progress meanwhile, the summary last; Ctrl-C ends it in good order. */
final class Recording {
    private final Cli cli;
    private final RecordRequest request;
    private final OutputFile output;
    private final RecordSession session;

    /** {@code output} is null where the result is not a report of stacks. */
    Recording(Cli cli, RecordRequest request, OutputFile output) {
        this.cli = cli;
        this.request = request;
        this.output = output;
        this.session = new RecordSession(request, cli.messages().stream());
    }

    /**
     * Records and returns the exit status.
     *
     * @param settings what is going to be done, in one line
     * @param afterwards what is to be said when the report is written, before the summary
     */
    int run(String settings, Consumer<RecordResult> afterwards) {
        return new Interrupts(session::stop).run(() -> guarded(settings, afterwards));
    }

    private int guarded(String settings, Consumer<RecordResult> afterwards) {
        try (output) {
            cli.messages().line(settings);
            RecordResult result = recorded();
            if (output != null) {
                output.deliver(cli.out());
            }
            afterwards.accept(result);
            cli.messages().line(result.summary());
            return 0;
        } catch (RuntimeException | Error e) {
            return cli.fail(e);
        }
    }

    private RecordResult recorded() {
        try (Progress progress = new Progress(cli.messages(), request.duration())) {
            progress.start();
            return session.run();
        }
    }
}
