package dev.javelin.collector.cli;

import dev.javelin.collector.session.Live;
import dev.javelin.collector.session.RecordRequest;
import dev.javelin.collector.session.RecordResult;
import dev.javelin.collector.session.RecordSession;
import dev.javelin.collector.session.Session;
import java.util.function.Consumer;

/** Runs one recording for the user: settings first, progress meanwhile, the summary last; Ctrl-C ends it in good order. */
final class Recording {
    private final Cli cli;
    private final RecordRequest request;
    private final OutputFile output;
    private final Live live;
    private final Session session;

    /** {@code output} is null where the result is not a report of stacks. */
    Recording(Cli cli, RecordRequest request, OutputFile output) {
        this(cli, request, output, Live.NONE);
    }

    /** The same with {@code live} told of the start, and of what comes in. */
    Recording(Cli cli, RecordRequest request, OutputFile output, Live live) {
        this(cli, request, output, live, new RecordSession(request, cli.messages().stream(), live));
    }

    /** The same with a session of this request, whatever its mode. */
    Recording(Cli cli, RecordRequest request, OutputFile output, Live live, Session session) {
        this.cli = cli;
        this.request = request;
        this.output = output;
        this.live = live;
        this.session = session;
    }

    /**
     * Records and returns the exit status.
     *
     * @param settings what is going to be done, in one line
     * @param afterwards what is to be said when the report is written, before the summary
     */
    int run(String settings, Consumer<RecordResult> afterwards) {
        return new Interrupts(this::stop).run(() -> summarised(settings, afterwards));
    }

    /** The same as part of work that a signal ends by itself. */
    int summarised(String settings, Consumer<RecordResult> afterwards) {
        return record(settings, result -> {
            afterwards.accept(result);
            if (!isAlone()) {
                cli.messages().line(result.summary());
            }
        });
    }

    /** Ends the recording, which writes its report. May be called by any thread at any time. */
    void stop() {
        session.stop();
    }

    /**
     * This recording as one of a loop.
     *
     * @param settings what is going to be done, in one line; null to say nothing
     * @param afterwards what is to be done when the report is written
     */
    RecordLoop.Round round(String settings, Consumer<RecordResult> afterwards) {
        return new RecordLoop.Round() {
            @Override
            public int record() {
                return Recording.this.record(settings, afterwards);
            }

            @Override
            public void stop() {
                Recording.this.stop();
            }
        };
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

    /** Whether who looked on has gone, as {@code | head} does: there is nothing to be said any more. */
    private boolean isAlone() {
        return live != Live.NONE && cli.out().checkError();
    }

    private RecordResult recorded() {
        if (live != Live.NONE && Messages.isTerminal(1)) { // two would write on one screen
            return session.run();
        }
        try (Progress progress = new Progress(cli.messages(), request.duration())) {
            progress.start();
            return session.run();
        }
    }
}
