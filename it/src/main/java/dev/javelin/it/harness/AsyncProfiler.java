package dev.javelin.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** async-profiler, loaded into a target by jcmd: the peer that accounts and overheads are compared with. */
public final class AsyncProfiler {
    private static final String ENTRY = "linux-x64/libasyncProfiler.so";

    private final Jdk jdk;
    private final Path library;

    /** Unpacks the library from its jar beside the build's output. */
    public AsyncProfiler(Jdk jdk) {
        this.jdk = jdk;
        this.library = unpacked();
    }

    /** Starts it with its agent options, such as {@code event=cpu,interval=1ms}. */
    public void start(long pid, String options) {
        command(pid, "start," + options);
    }

    /** Stops it and writes the profile; the format is told by the options, such as {@code file=/tmp/x.jfr}. */
    public void stop(long pid, String options) {
        command(pid, "stop," + options);
    }

    private void command(long pid, String options) {
        Child.Result result = Child.run(
                jdk.tool("jcmd").toString(),
                Long.toString(pid),
                "JVMTI.agent_load",
                library.toString(),
                '"' + options + '"');
        if (result.exit() != 0 || !result.out().contains("return code: 0")) {
            throw new AssertionError("async-profiler refused " + options + ": " + result);
        }
    }

    private static Path unpacked() {
        Path library = Repository.root().resolve("it/target/peers/libasyncProfiler.so");
        if (Files.exists(library)) {
            return library;
        }
        try (ZipFile jar = new ZipFile(Repository.peer("async-profiler.jar").toFile())) {
            ZipEntry entry = jar.getEntry(ENTRY);
            try (InputStream in = jar.getInputStream(entry)) {
                Path fresh = Files.createTempFile(library.getParent(), "lib", ".so");
                Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return library;
    }
}
