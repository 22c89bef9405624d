package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationPageTest {
    @TempDir
    Path directory;

    private Path write(Explanation explanation, RecordingInfo info) throws IOException {
        Path file = directory.resolve("explain.html");
        ExplanationOutputs.write(explanation, info, file);
        return file;
    }

    @Test
    void shouldShowTheRecordingAndThePartsWithoutItsScript() throws Exception {
        String page = Files.readString(write(ExplanationSamples.small(), Samples.info()));
        assertThat(page)
                .contains("<title>CPU profile of Demo</title>")
                .contains("<dt>Command</dt><dd>javelin record -d 10s -f demo.html 4711</dd>")
                .contains(
                        ">10 calls</span>",
                        ">2 slow, from 50.0 ms on</span>",
                        "<span class=\"chip warn\">3 lost</span>")
                .contains("<h2 id=\"method\">com.acme.Orders.place</h2>")
                .contains("<b>All calls</b> 10 \u00b7 200 ms \u00b7 20.0 ms each")
                .contains("aria-label=\"Slow calls: monitor 76.9 %, file I/O 15.4 %, on CPU: Java 7.7 %\"")
                .contains("data-part=\"6\" data-column=\"slow\" x=\"0.000%\" width=\"76.923%\"")
                .contains("<title>file I/O: 20.0 ms, 10.0 %</title>")
                .contains("slow from 50.0 ms</text>")
                .doesNotContain("class=\"note\">The parts")
                .doesNotContain("unsafe-inline", "http://", "https://", " src=", " style=");
        assertThat(Pattern.compile("class=\"open\"").matcher(page).results()).hasSize(3);
        assertThat(page.indexOf(">monitor</button>")).isLessThan(page.indexOf(">file I/O</button>"));
        assertThat(Files.readString(write(ExplanationSamples.withoutSlowCalls(5), Samples.info())))
                .contains("<b>Slow calls</b> none", "The parts add up to 20.0 % of the time of all calls.")
                .contains("<title>not seen: 16.0 ms, 80.0 %</title>");
        assertThat(page).doesNotContain("going on");
        assertThat(Files.readString(write(ExplanationSamples.goingOn(12_300_000_000L), Samples.info())))
                .contains("<span class=\"chip warn\">2 going on, the longest for 12.3 s</span>");
    }

    @Test
    void shouldShowTasksInATableOfTheirOwn() throws Exception {
        String page = Files.readString(write(ExplanationSamples.followed(), Samples.info()));
        String section = page.substring(page.indexOf("<section aria-labelledby=\"tasks\">"));
        section = section.substring(0, section.indexOf("</section>"));
        assertThat(section)
                .contains(
                        "Handed over to other threads", "20 tasks \u00b7 100 ms; of slow calls 4 tasks \u00b7 40.0 ms")
                .contains("What 1 task did is not known.", "/></svg>sleep<", "/></svg>queued</th>", "in Main.Task.run")
                .doesNotContain("data-part");
        assertThat(Pattern.compile("class=\"open\"").matcher(page).results()).hasSize(3);
        assertThat(Files.readString(write(ExplanationSamples.small(), Samples.info())))
                .doesNotContain("Handed over");
    }

    @Test
    void shouldStaySmall() throws IOException {
        assertThat(Files.size(write(ExplanationSamples.realistic(), Samples.info())))
                .isLessThan(150_000);
    }

    @Test
    void shouldDrawTheThresholdInsideTheChart() {
        for (long threshold : new long[] {1, 1_000, 1_000_000, 60_000_000_000L}) {
            String chart = LatencyChart.of("p", "x", LatencySamples.of(1_000_000, 2_000_000), threshold);
            Matcher line =
                    Pattern.compile("class=\"threshold\" x1=\"([0-9.]+)\"").matcher(chart);
            assertThat(line.find()).isTrue();
            assertThat(Double.parseDouble(line.group(1))).isBetween(14.0, 946.0);
            Matcher bar = Pattern.compile("class=\"bin\" x=\"([0-9.]+)\" y=\"([0-9.]+)\"")
                    .matcher(chart);
            assertThat(bar.results()).hasSize(2).allMatch(m -> Double.parseDouble(m.group(2)) >= 74);
        }
        assertThat(LatencyChart.of("p", "x", LatencySamples.of(1_000))).doesNotContain("slow");
    }

    @Test
    void shouldShowHostileNamesAndObeyNone() throws Exception {
        Chromium.require();
        for (String method : Samples.HOSTILE.subList(0, 4)) {
            Path file = write(ExplanationSamples.hostile(method), Samples.hostileInfo());
            String page = Files.readString(file);
            List<String> elements = Pattern.compile("<([a-z0-9]+)")
                    .matcher(page.substring(page.indexOf("</style>"), page.lastIndexOf("<script>")))
                    .results()
                    .map((MatchResult m) -> m.group(1))
                    .distinct()
                    .toList();
            assertThat(elements).contains("script").doesNotContain("img");
            assertThat(Pattern.compile("<script[ >]").matcher(page).results()).hasSize(2);
            assertThat(page).contains("<h2 id=\"method\">" + HtmlPage.escaped(method) + "</h2>");
        }
        Path file = write(ExplanationSamples.hostile(Samples.SCRIPT), Samples.hostileInfo());
        String dom = Chromium.dom(file, "theme=dark", directory);
        assertThat(dom).contains("data-theme=\"dark\"").doesNotContain("data-pwned", "<img");
        assertThat(Pattern.compile("<script[ >]").matcher(dom).results()).hasSize(2);
        for (String text : Samples.HOSTILE) {
            String shown = Text.visible(text)
                    .replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;");
            assertThat(dom)
                    .contains(">" + (text.isEmpty() ? "no detail" : shown) + "</button>")
                    .contains("<span>" + shown + "</span>");
        }
    }

    @Test
    void shouldAnswerMouseAndKeys() throws Exception {
        Chromium.require();
        assertThat(drive(ExplanationSamples.small())).isEqualTo("""
                        first: monitor, slow calls, all: 100 ms, 100 %
                        details: all 120 ms 100 ms, app.Stock 100 ms 95 ms, app.Cart 20 ms 5 ms
                        root: all 100 ms 100 % of all
                        above: app/Main.run 100 ms 100 % of all Inlined
                        one detail: all: 5 ms, 100 %
                        all calls: all: 20 ms, 100 %
                        arrow: app/Main.run: 20 ms, 100 %
                        zoomed: app/Orders.place: 20 ms, 100 %
                        opened by a row: file I/O, all: 20 ms, 100 %, expanded file I/O
                        opened by a bar: on CPU: Java, all: 10 ms, 100 %, expanded on CPU: Java
                        worker-1, trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7
                        worker-2
                        calls: 2, pieces 3 and 1
                        hover: monitor app.Stock 70 ms from 5 ms on \u00b7 87.50 % of the call app/Stock.reserve app/Orders.place app/Main.run
                        away: true
                        right: file I/O /var/lib/app/orders.db 4 ms from 76 ms on \u00b7 5.00 % of the call vfs_read app/Orders.place app/Main.run
                        label: file I/O, /var/lib/app/orders.db, 4 ms
                        tab stops: 1
                        pinned: on CPU: Java 5 ms from 0 ns on \u00b7 6.25 % of the call app/Orders.place app/Main.run
                        dark: true""".replace("\\u00b7", "\u00b7"));
    }

    @Test
    void shouldShowThatNothingWasSlowOrSeen() throws Exception {
        Chromium.require();
        String dom = Chromium.dom(write(ExplanationSamples.withoutSlowCalls(0), Samples.info()), "", directory);
        assertThat(dom).contains("None was kept.", "<section id=\"part\" aria-labelledby=\"part-name\" hidden");
        dom = Chromium.dom(write(ExplanationSamples.withoutSlowCalls(5), Samples.info()), "", directory);
        assertThat(dom)
                .contains("<button id=\"column-all\" type=\"button\" aria-pressed=\"true\">")
                .contains(">all: 3\u2009ms, 100\u2009%</p>");
    }

    /** What the page showed while a user was played. */
    private String drive(Explanation explanation) throws Exception {
        Path page = write(explanation, Samples.info());
        String driver;
        try (InputStream in = ExplanationPageTest.class.getResourceAsStream("explain-driver.js")) {
            driver = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Files.writeString(
                page,
                Files.readString(page)
                        .replaceFirst("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "")
                        .replace("</body>", "<script>" + driver + "</script></body>"));
        String dom = Chromium.dom(page, "theme=light", directory);
        assertThat(dom).contains("<pre id=\"result\">");
        int from = dom.indexOf("<pre id=\"result\">") + "<pre id=\"result\">".length();
        return dom.substring(from, dom.indexOf("</pre>", from))
                .replace('\u2009', ' ')
                .strip();
    }
}
