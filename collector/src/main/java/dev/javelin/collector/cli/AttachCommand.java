package dev.javelin.collector.cli;

import dev.javelin.collector.attach.RecordingAgent;
import dev.javelin.collector.proc.ProcessInfo;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code javelin attach}: has a JVM that runs record itself until it exits. */
@Command(
        name = "attach",
        description =
                "Loads the agent into a JVM that runs, so that it is recorded from now until it exits, however that comes,"
                        + " by a child process of its own, with its own rights.",
        mixinStandardHelpOptions = true,
        versionProvider = JavelinCommand.Version.class,
        footer = {
            "",
            "Examples:",
            "  CPU time of process 1234 until it exits, as a flame graph:",
            "    javelin attach 1234 start,event=cpu,file=/tmp/cpu-%p-%t.html",
            "  A report each hour:",
            "    javelin attach Shop loop=1h,file=/var/log/shop/cpu-%t.jfr",
            "",
            "Exit status: 0 it records, 1 it does not, 2 called wrongly.",
        })
final class AttachCommand implements Callable<Integer> {
    private final Cli cli;

    @Parameters(index = "0", arity = "0..1", paramLabel = "PID", description = "The process, by number or main class.")
    private String target;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ARGUMENTS",
            defaultValue = "start",
            description =
                    "What to record, as behind -javaagent:javelin.jar=, for example start,event=wall,file=wall.html;"
                            + " a file is relative to the application's directory.")
    private String arguments;

    AttachCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        if (target == null) {
            throw JavelinException.usage(
                    "name the process, and perhaps what to record: javelin attach 1234 start,event=cpu,file=cpu.html");
        }
        Targets found = Targets.of(List.of(target));
        if (found.all()) {
            throw JavelinException.usage("'all' is not possible here: the agent is loaded into one process; name it");
        }
        ProcessInfo process = found.processes().get(0);
        String said = RecordingAgent.load(process, jar(), arguments);
        cli.messages()
                .line(
                        said.isEmpty()
                                ? "recording " + found.shown()
                                        + " from now on, by its own agent; its stderr, or log=FILE, says where the report is"
                                : "javelin: " + said);
        return 0;
    }

    /** The one that this runs from. */
    private static Path jar() {
        try {
            Path jar = Path.of(AttachCommand.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toRealPath();
            if (Files.isRegularFile(jar)) {
                return jar;
            }
            throw JavelinException.failed(
                    "the agent is in javelin.jar, and this does not run from there but from " + jar);
        } catch (IOException | URISyntaxException e) {
            throw JavelinException.failed("the file javelin.jar cannot be found: " + e.getMessage(), e);
        }
    }
}
