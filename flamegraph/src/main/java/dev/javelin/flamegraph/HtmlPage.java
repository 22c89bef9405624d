package dev.javelin.flamegraph;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A page in one file that holds its own style, script and data, and loads nothing. Its content security policy lets only that
 * script and that style run, by their hashes.
 *
 * @param template the page, with {@code {{style}}}, {@code {{style-hash}}}, {@code {{script}}}, {@code {{script-hash}}}, and
 *     parts of its own
 * @param styles files that are joined to the style
 * @param scripts files that are joined to the script
 */
record HtmlPage(String template, List<String> styles, List<String> scripts) {
    private static final String FOLDER = "report/";

    /** Writes the page; {@code parts} gives the parts of its own, which are not escaped any more, by their names. */
    void write(Writer out, UnaryOperator<String> parts) throws IOException {
        String page = resource(template);
        String style = joined(styles);
        String script = "'use strict';\n{\n" + joined(scripts) + "}\n";
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
                default -> out.write(parts.apply(part));
            }
            at = close + 2;
        }
        out.write(page, at, page.length() - at);
    }

    /** The text fit to be seen, as content of an element or of a quoted attribute. */
    static String escaped(String text) {
        return Text.visible(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String joined(List<String> names) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            all.append(resource(name));
        }
        return all.toString();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlPage.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new FileNotFoundException("the jar lacks " + FOLDER + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
