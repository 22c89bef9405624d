package dev.javelin.agent.methods;

import java.io.Closeable;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;

/**
 * Called by the JVM when the collector attaches. Whatever goes wrong is told in one line on stderr, and the application goes on.
 */
public final class AttachAgent {
    private AttachAgent() {}

    /**
     * Starts a session.
     *
     * @param directory where the collector has put two jars and two FIFOs, for this process alone
     */
    public static void agentmain(String directory, Instrumentation instrumentation) {
        try {
            // The JVM has appended a jar in that directory to the application's class path. It is opened now, while it
            // is ours: whoever
            // made a file of this name when it is gone could have his classes loaded.
            ClassLoader.getSystemResource("dev/javelin/agent/methods/none");
            File home = new File(directory);
            URL[] jars = {
                new File(home, "methods.jar").toURI().toURL(),
                new File(home, "asm.jar").toURI().toURL()
            };
            URLClassLoader loader = new URLClassLoader(jars, null);
            loader.loadClass("dev.javelin.agent.methods.Session")
                    .getMethod("start", File.class, Instrumentation.class, Closeable.class)
                    .invoke(null, home, instrumentation, loader);
        } catch (Exception | Error e) {
            tell("methods cannot be probed: " + (e.getCause() == null ? e : e.getCause()));
        }
    }

    /** One line to the process's stderr, whatever the application has made of {@code System.err}. */
    static void tell(String text) {
        try {
            new FileOutputStream(FileDescriptor.err)
                    .write(("javelin: " + Text.printable(text) + "\n").getBytes(Charset.defaultCharset()));
        } catch (IOException e) {
            // it is closed, and there is nobody to tell
        }
    }
}
