package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class LatencyPageTest {
    @TempDir
    Path directory;

    private Path write(List<LatencyTable> tables, RecordingInfo info) throws IOException {
        Path file = directory.resolve("latency.html");
        LatencyOutputs.write(tables, info, file);
        return file;
    }

    @Test
    void shouldShowTheRecordingAndATablePerProbe() throws Exception {
        LatencyTable futex = new LatencyTable("syscall:futex");
        futex.add(null, LatencySamples.of(5_000_000_000_000L));
        String page = Files.readString(write(List.of(LatencySamples.reads(), futex), Samples.info()));
        assertThat(page)
                .contains("<title>CPU profile of Demo</title>")
                .contains("<dt>Command</dt><dd>javelin record -d 10s -f demo.html 4711</dd>")
                .contains("<dt>Process 4711</dt><dd>java -jar demo.jar --fast</dd>")
                .contains("<dt>Lost: ring buffer full</dt><dd>3</dd>")
                .contains("<span class=\"chip warn\">17 lost</span>", "<span class=\"chip warn\">3 lost</span>")
                .contains("<h2 id=\"probe-1\">syscall:futex</h2>", "<h2 id=\"probe-2\">syscall:read</h2>")
                .contains("<th scope=\"row\">/etc/app/settings.conf</th><td>5,000</td>");
        assertThat(Pattern.compile("<svg ").matcher(page).results()).hasSize(2);
        assertThat(Pattern.compile("<table>").matcher(page).results()).hasSize(2);
        assertThat(page).doesNotContain("unsafe-inline", "http://", "https://", " src=", " style=");
    }

    @Test
    void shouldShowNumbersAsWhatTheyAre() throws Exception {
        LatencyTable bytes = new LatencyTable("syscall:read", "retval");
        bytes.add("arg0=7", LatencySamples.of(4_096, 4_096, 2_000_000));
        bytes.addNegative(2);
        String page = Files.readString(write(List.of(bytes), Samples.info()));
        assertThat(page)
                .contains("<h2 id=\"probe-1\">retval of syscall:read</h2>")
                .contains("<span class=\"chip\">2,008,192 in all</span>", "2 negative, left out</span>")
                .contains("<th scope=\"row\">arg0=7</th><td>3</td><td>2,008,192</td><td>669,397.3</td><td>4,159</td>")
                .contains("<title id=\"probe-1-title\">retval of syscall:read, p50 4,159, ", ">1M</text>");
        assertThat(page.substring(page.indexOf("<section"))).doesNotContain(" ns<", " ms", "Latencies of");
    }

    @Test
    void shouldDrawEveryValueInsideTheChart() throws Exception {
        Latencies all = LatencySamples.of(0, 1, 17, 1_000_000, 1_100_000, 3_000_000_000L, Long.MAX_VALUE);
        for (Latencies latencies : List.of(all, LatencySamples.of(0), LatencySamples.of(1_050_000))) {
            Element svg = parsed(LatencyChart.of("p", "a<b>\"&", latencies));
            NodeList bars = svg.getElementsByTagName("rect");
            double right = 0;
            for (int i = 0; i < bars.getLength(); i++) {
                Element bar = (Element) bars.item(i);
                assertThat(number(bar, "x")).isGreaterThanOrEqualTo(right);
                right = number(bar, "x") + number(bar, "width");
                assertThat(number(bar, "y") + number(bar, "height")).isEqualTo(218);
                assertThat(number(bar, "y")).isGreaterThanOrEqualTo(58);
            }
            assertThat(right).isLessThanOrEqualTo(960);
            assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
                    .startsWith("Latencies of a<b>\"&, p50 ");
            assertThat(svg.getElementsByTagName("text").getLength()).isGreaterThanOrEqualTo(5);
        }
        assertThat(LatencyChart.of("p", "x", all)).contains("1.05 ms \u2013 1.31 ms: 1 (14.29\u2009%)");
        assertThat(LatencyChart.of("p", "x", new Latencies())).isEmpty();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static Element parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    @Test
    void shouldShowHostileNamesAndObeyNone() throws Exception {
        Path file = write(LatencySamples.hostile(), Samples.hostileInfo());
        String page = Files.readString(file);
        List<String> elements = Pattern.compile("<([a-z0-9]+)")
                .matcher(page.substring(page.indexOf("</script>")))
                .results()
                .map((MatchResult m) -> m.group(1))
                .distinct()
                .toList();
        assertThat(elements).doesNotContain("script", "img");
        assertThat(page).contains("<h2 id=\"probe-1\">&lt;script&gt;alert(1)&lt;/script&gt;</h2>");
        assertThat(page).contains("Latencies of line\\u000afeed\\u000d\\u0009tab\\u0000nul\\u001b[31mred, p50");
        Chromium.require();
        String dom = Chromium.dom(file, "theme=dark", directory);
        assertThat(dom).contains("data-theme=\"dark\"").doesNotContain("data-pwned", "<img");
        assertThat(Pattern.compile("<script[ >]").matcher(dom).results()).hasSize(1);
        assertThat(Pattern.compile("<tr").matcher(dom).results())
                .hasSize(Samples.HOSTILE.size() * (Samples.HOSTILE.size() + 2));
    }
}
