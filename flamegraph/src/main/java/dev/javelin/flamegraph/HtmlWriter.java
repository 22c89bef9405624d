package dev.javelin.flamegraph;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Writes the flame graph page: one file that holds its own style, script and data, and loads nothing. Its content security
 * policy lets only that script and that style run, by their hashes; all texts of the target are in the packed data, but for
 * the title, which is escaped.
 */
final class HtmlWriter {
    private static final String FOLDER = "report/";
    private static final String[] STYLES = {"style.css", "views.css"};
    private static final String[] SCRIPTS = {"decode.js", "model.js", "graph.js", "views.js", "header.js", "main.js"};

    private HtmlWriter() {}

    static void write(Profile profile, RecordingInfo info, ReportOptions options, Writer out) throws IOException {
        String page = resource("page.html");
        String style = joined(STYLES);
        String script = "'use strict';\n{\n" + joined(SCRIPTS) + "}\n";
        int at = 0;
        for (int open; (open = page.indexOf("{{", at)) >= 0; ) {
            int close = page.indexOf("}}", open);
            out.write(page, at, open - at);
            String part = page.substring(open + 2, close);
            switch (part) {
                case "style" -> out.write(style);
                case "style-hash" -> out.write(hash(style));
                case "script" -> out.write(script);
                case "script-hash" -> out.write(hash(script));
                case "title" -> out.write(escaped(options.title() == null ? info.title() : options.title()));
                case "data" -> out.write(new HtmlData(profile, info, options).packed());
                default -> throw new IllegalStateException("unknown part of the page: " + part);
            }
            at = close + 2;
        }
        out.write(page, at, page.length() - at);
    }

    private static String escaped(String text) {
        return Text.visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String joined(String[] names) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            all.append(resource(name));
        }
        return all.toString();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlWriter.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new FileNotFoundException("the jar lacks " + FOLDER + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
