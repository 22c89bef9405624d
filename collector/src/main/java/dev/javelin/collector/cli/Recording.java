package dev.javelin.collector.cli;

import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.RecordSession;

/** Runs one recording for the user: settings first, progress meanwhile, the summary last; Ctrl-C ends it in good order. */
final class Recording {
    private final Cli cli;
    private final RecordRequest request;
    private final OutputFile output;
    private final RecordSession session;

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
    int run(String settings, Runnable afterwards) {
        return new Interrupts(session::stop).run(() -> guarded(settings, afterwards));
    }

    private int guarded(String settings, Runnable afterwards) {
        try (output) {
            cli.messages().line(settings);
            RecordResult result = recorded();
            output.deliver(cli.out());
            afterwards.run();
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
