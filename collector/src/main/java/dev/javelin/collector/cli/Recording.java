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
        this(cli, request, output, () -> {});
    }

    /** {@code started} is called as soon as everything is recorded. */
    Recording(Cli cli, RecordRequest request, OutputFile output, Runnable started) {
        this.cli = cli;
        this.request = request;
        this.output = output;
        this.session = new RecordSession(request, cli.messages().stream(), started);
    }

    /**
     * Records and returns the exit status.
     *
     * @param settings what is going to be done, in one line
     * @param afterwards what is to be said when the report is written, before the summary
     */
    int run(String settings, Consumer<RecordResult> afterwards) {
        return new Interrupts(this::stop)
                .run(() -> record(settings, result -> {
                    afterwards.accept(result);
                    cli.messages().line(result.summary());
                }));
    }

    /** Ends the recording, which writes its report. May be called by any thread at any time. */
    void stop() {
        session.stop();
    }

    /**
     * Records and returns the exit status. Signals are the caller's business.
     *
     * @param settings what is going to be done, in one line; null to say nothing
     * @param afterwards what is to be done when the report is written
     */
    int record(String settings, Consumer<RecordResult> afterwards) {
        try (output) {
            if (settings != null) {
                cli.messages().line(settings);
            }
            RecordResult result = recorded();
            if (output != null) {
                output.deliver(cli.out());
            }
            afterwards.accept(result);
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
