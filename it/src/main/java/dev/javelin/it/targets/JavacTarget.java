package dev.javelin.it.targets;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Compiles the sources in a jar (the argument) from a cold start: it is ready before the compiler is even loaded, starts
 * with the line {@code go}, and prints {@code DONE files=N ok=true} after each run; the second argument says how many
 * runs (1). The class files are written to a directory that is the third argument.
 */
public final class JavacTarget {
    private JavacTarget() {}

    /** Compiles and ends. */
    public static void main(String[] arguments) throws Exception {
        Console console = new Console().listen();
        console.ready();
        console.awaitGo();
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        for (int i = 0; i < runs; i++) {
            Console.say("DONE " + compile(arguments[0], arguments[2]));
        }
        System.exit(0);
    }

    private static String compile(String jar, String output) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> sources = sources(jar);
        List<String> options =
                List.of("-d", output, "-proc:none", "-nowarn", "-Xlint:none", "-g", "-source", "8", "-target", "8");
        try (JavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean ok = compiler.getTask(null, files, diagnostic -> {}, options, null, sources)
                    .call();
            return "files=" + sources.size() + " ok=" + ok;
        }
    }

    private static List<JavaFileObject> sources(String jar) throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar)) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".java")) {
                    byte[] text = zip.getInputStream(entry).readAllBytes();
                    sources.add(new Source(entry.getName(), new String(text, StandardCharsets.UTF_8)));
                }
            }
        }
        return sources;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("memory:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
