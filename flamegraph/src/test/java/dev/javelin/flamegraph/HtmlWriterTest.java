package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.flamegraph.ReportOptions.Flag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlWriterTest {
    @TempDir
    Path directory;

    private Path write(Profile profile, RecordingInfo info, ReportOptions options) throws IOException {
        Path file = directory.resolve("report.html");
        Outputs.write(profile, info, options, file);
        return file;
    }

    @Test
    void shouldHoldNoTextOfTheTargetOutsideItsPackedData() throws IOException {
        String page = Files.readString(write(Samples.hostile(), Samples.hostileInfo(), ReportOptions.defaults()));
        assertThat(page).contains("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>");
        assertThat(page).doesNotContain("alert(1)<", "onerror=", "dataset.pwned");
        assertThat(Pattern.compile("<script[ >]").matcher(page).results()).hasSize(2);
        assertThat(Pattern.compile("</script").matcher(page).results()).hasSize(2);
    }

    @Test
    void shouldAllowOnlyItsOwnScriptAndStyle() throws Exception {
        String page = Files.readString(write(Samples.mixed(false), Samples.info(), ReportOptions.defaults()));
        assertThat(page)
                .contains("default-src 'none'; script-src '" + hash(between(page, "<script>", "</script>")) + "';")
                .contains("style-src '" + hash(between(page, "<style>", "</style>")) + "';")
                .doesNotContain("unsafe-inline", "http://", "https://");
    }

    @Test
    void shouldLeaveOutNarrowFramesButNotTheirWeight() throws Exception {
        ReportOptions options = ReportOptions.builder().minWidth(30).build();
        String data = data(write(Samples.mixed(false), Samples.info(), options));
        assertThat(data).contains("\"size\":6,"); // the root, start_thread, call_helper, run, loop, charAt
    }

    @Test
    void shouldCarryTheFactsOfTheRecording() throws Exception {
        ReportOptions options = ReportOptions.builder()
                .title("Mine")
                .with(Flag.TOTAL)
                .with(Flag.REVERSE)
                .build();
        assertThat(data(write(Samples.mixed(false), Samples.info(), options)))
                .contains("\"title\":\"Mine\"", "\"total\":true", "\"inverted\":true", "\"lost\":3", "\"complete\":997")
                .contains("[\"BPF time per sample\",\"5.9 \u00b5s\"]", "[\"ring buffer full\",3]");
    }

    @Test
    void shouldShowTheNamesAndRunNoneOfThemInABrowser() throws Exception {
        Chromium.require();
        Path page = write(
                Samples.hostile(),
                Samples.hostileInfo(),
                ReportOptions.builder().with(Flag.THREADS).build());
        for (String view : new String[] {"methods", "tree"}) {
            String dom = Chromium.dom(page, "header&view=" + view, directory);
            assertThat(dom).doesNotContain("data-pwned", "<img");
            assertThat(Pattern.compile("<script[ >]").matcher(dom).results()).hasSize(2);
            for (String text : Samples.HOSTILE) {
                String shown = Text.visible(text)
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;");
                assertThat(dom).contains(">" + shown + "<").contains("[" + shown + " tid=");
            }
        }
    }

    @Test
    void shouldShowHitsOrTimeOfAggregates() throws Exception {
        Chromium.require();
        assertThat(drive(Samples.aggregates(false), Samples.hitsInfo(), ReportOptions.defaults()))
                .contains("hover root: all 1,000 hits 100 % of all")
                .contains("arrow: app/Main.run, 1,000 hits, 100 %")
                .contains("methods: app/Cache.get=999,app/Disk.load=1");
        ReportOptions total = ReportOptions.builder().with(Flag.TOTAL).build();
        assertThat(drive(Samples.aggregates(false), Samples.hitsInfo(), total))
                .contains("hover root: all 4 ms 100 % of all")
                .contains("arrow: app/Main.run, 4 ms, 100 %")
                .contains("methods: app/Disk.load=3 ms,app/Cache.get=1 ms");
        Path page = write(Samples.aggregates(false), Samples.hitsInfo(), total);
        assertThat(Chromium.dom(page, "", directory))
                .contains(">1,000 hits<", ">4\u2009ms in all<", "<dt>Hits</dt>")
                .doesNotContain("1,000 samples");
        page = write(new Profile(false), Samples.hitsInfo(), total);
        assertThat(Chromium.dom(page, "", directory)).contains("No hits were recorded.", ">0 hits<");
    }

    @Test
    void shouldAnswerMouseAndKeys() throws Exception {
        Chromium.require();
        String result = drive(Samples.mixed(false), Samples.info(), ReportOptions.defaults());
        assertThat(result).isEqualTo("""
                        hover root: all 10 samples 100 % of all
                        hover start_thread: start_thread 9 samples 90.00 % of all Native
                        zoomed: JavaCalls::call_helper(JavaValue*): 80.00 %
                        reset:\s
                        focus: search
                        search: Matched 60.00 %
                        first: java/lang/String.charAt, 5 samples, 50.00 %
                        second: write, 1 sample, 10.00 %
                        round: java/lang/String.charAt, 5 samples, 50.00 %
                        cleared:\s
                        bad: not a regular expression
                        removed: 1 removed (0 brings back)
                        after: all 2 samples 100 % of all
                        back: all 10 samples 100 % of all
                        inverted: true
                        root on top: all 10 samples 100 % of all
                        arrow: start_thread, 9 samples, 90.00 %
                        tree: 10 rows
                        methods: java/lang/String.charAt=5,app/Work.loop=1
                        graph hidden: false
                        theme: dark""".strip());
    }

    /** What the page showed while a user was played. */
    private String drive(Profile profile, RecordingInfo info, ReportOptions options) throws Exception {
        return drive(write(profile, info, options), "driver.js");
    }

    private String drive(Path page, String script) throws Exception {
        String html = Files.readString(page);
        String driver;
        try (InputStream in = HtmlWriterTest.class.getResourceAsStream(script)) {
            driver = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String driven = html.replaceFirst("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "")
                .replace("</body>", "<script>" + driver + "</script></body>");
        Files.writeString(page, driven);
        String dom = Chromium.dom(page, "theme=light", directory);
        assertThat(dom).contains("<pre id=\"result\">");
        return between(dom, "<pre id=\"result\">", "</pre>")
                .replace('\u2009', ' ')
                .strip();
    }

    @Test
    void shouldShowTheEventsOfARecordingSideBySide() throws Exception {
        Chromium.require();
        Path page = directory.resolve("several.html");
        Outputs.write(Samples.several(false), Samples.severalInfo(), ReportOptions.defaults(), page);
        assertThat(Chromium.dom(page, "view=methods", directory))
                .contains(">cpu<small>10\u2009ms</small>", ">offcpu<small>4\u2009ms</small>")
                .contains(">uprobe:libc:&lt;write&gt;<small>0 hits</small>")
                .contains(">10 samples<", ">10\u2009ms in all<", ">90.00\u2009% complete<", ">java/lang/String.charAt<")
                .doesNotContain(">app/Queue.take<");
        assertThat(Chromium.dom(page, "view=methods&event=offcpu", directory))
                .contains(">1,000 hits<", ">4\u2009ms in all<", ">99.90\u2009% complete<", ">app/Queue.take<")
                .doesNotContain(">java/lang/String.charAt<");
        assertThat(Chromium.dom(page, "event=uprobe:libc:<write>", directory)).contains("No hits were recorded.");
        assertThat(drive(page, "events-driver.js")).isEqualTo("""
                        pressed: cpu
                        hover: all 10 ms 100 % of all
                        clicked: offcpu
                        hover: all 4 ms 100 % of all
                        search: Matched 25.00 %
                        searched there: Matched 90.00 %
                        zoomed: start_thread: 90.00 %
                        other event:\s
                        back: offcpu""".strip());
    }

    @Test
    void shouldShowOneEventWithoutAChoice() throws Exception {
        Chromium.require();
        Path page = write(Samples.mixed(false), Samples.info(), ReportOptions.defaults());
        assertThat(Chromium.dom(page, "", directory)).containsPattern("<nav id=\"events\"[^>]* hidden=");
    }

    @Test
    void shouldShowARecordingWithoutSamples() throws Exception {
        Chromium.require();
        Path page = write(new Profile(false), Samples.info(), ReportOptions.defaults());
        assertThat(Chromium.dom(page, "", directory)).contains("No samples were recorded.", ">0 samples<");
    }

    @Test
    void shouldWriteDeepAndWideProfilesCompactly() throws IOException {
        Profile profile = new Profile(false);
        Frame[] frames = new Frame[2048];
        for (int leaf = 0; leaf < 200; leaf++) {
            Arrays.fill(frames, Samples.java(FrameType.JIT_COMPILED, "app/Deep", "recurse"));
            for (int i = 1024; i < frames.length; i++) {
                frames[i] = Samples.java(FrameType.C1_COMPILED, "app/Leaf", "m" + leaf);
            }
            Samples.add(profile, leaf, 0, 1, frames);
        }
        assertThat(Files.size(write(profile, Samples.info(), ReportOptions.defaults())))
                .isLessThan(400_000);
    }

    private static String data(Path file) throws IOException, DataFormatException {
        String packed = between(
                Files.readString(file), "<script class=\"profile\" type=\"application/octet-stream\">", "</script>");
        byte[] bytes = Base64.getDecoder().decode(packed);
        int size = (bytes[0] & 255) | (bytes[1] & 255) << 8 | (bytes[2] & 255) << 16;
        Inflater inflater = new Inflater(true);
        inflater.setInput(bytes, 4, bytes.length - 4);
        byte[] out = new byte[size];
        assertThat(inflater.inflate(out)).isEqualTo(size);
        inflater.end();
        return new String(out, StandardCharsets.UTF_8);
    }

    private static String hash(String text) throws Exception {
        byte[] digest =
                java.security.MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    private static String between(String text, String from, String to) {
        Matcher matcher = Pattern.compile(Pattern.quote(from) + "(.*?)" + Pattern.quote(to), Pattern.DOTALL)
                .matcher(text);
        assertThat(matcher.find()).as("%s … %s", from, to).isTrue();
        return matcher.group(1);
    }
}
