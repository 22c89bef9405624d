package dev.javelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Customers;
import dev.javelin.it.harness.JavelinCommand;
import dev.javelin.it.harness.Jdk;
import dev.javelin.it.harness.Links;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tomcat, H2 and Lucene serve requests while Javelin looks at them in every way, and answer as they do without it. */
class RealSoftwareIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Requests, among them enough orders that some meet. */
    private static final int EXPLAINED = 500;

    private static final String ORDER = "dev.javelin.it.targets.shop.OrderServlet.doPost";
    private static final String SEARCH = "dev.javelin.it.targets.shop.SearchServlet.doGet";
    private static final String TOMCAT = "org.apache.catalina.core.StandardWrapperValve.invoke";
    private static final String SERVLETS = "+jakarta.servlet.Servlet.service(ServletRequest,ServletResponse)";
    private static final String LUCENE = "org.apache.lucene.search.IndexSearcher.search(Query,int)";
    private static final String H2 = "+java.sql.PreparedStatement.executeQuery";
    private static final Pattern COUNT =
            Pattern.compile("\"probe\":\\s*\"java:([^\"]*)\".*?\"count\":\\s*(\\d+)", Pattern.DOTALL);
    private static final Pattern TIME = Pattern.compile("\"(all_ns|elapsed_ns)\":(\\d+)");

    @TempDir(factory = Disk.class)
    Path directory;

    /** The shop's journal is to take its time, which it does not where {@code /tmp} is in memory. */
    static final class Disk implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Repository.root().resolve("it/target"), "shop");
        }
    }

    @BeforeAll
    static void recording() {
        MustRun.recording();
    }

    @ParameterizedTest
    @CsvSource({"17, 2000, 10000", "25, 400, 10000"})
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void theApplicationIsUntouched(int major, int usually, int full) throws Exception {
        int requests = Lengths.full() ? full : usually;
        Map<Integer, String> without;
        String said;
        try (TargetProcess shop = shop(major, "without", Debugger.OPTIONS)) {
            without = customers(shop).send(0, requests);
            said = shop.err();
        }
        Map<Integer, String> with = new TreeMap<>();
        Debugger debugger = new Debugger();
        try (TargetProcess shop = shop(major, "with", Debugger.OPTIONS)) {
            Customers customers = customers(shop);
            with.putAll(customers.send(0, 10)); // all of its classes are loaded
            List<String> code = code(debugger, shop);
            int part = requests / 2;
            with.putAll(counted(shop, customers, 10, part));
            with.putAll(explained(major, shop, customers, part, part + requests / 4));
            with.putAll(disturbed(shop, customers, part + requests / 4, requests));

            assertThat(with).isEqualTo(without);
            assertThat(shop.err()).isEqualTo(said);
            Watch.until(() -> code(debugger, shop).equals(code));
            Watch.until(() -> !shop.ask("names").contains("javelin"));
            assertThat(left(shop.pid())).isEmpty();
        }
    }

    /** The agent records from the first line on, and its collector is killed while requests are under way. */
    @ParameterizedTest
    @CsvSource({"17, 400, 10000", "25, 400, 10000"})
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void theApplicationIsUntouchedByItsAgent(int major, int usually, int full) throws Exception {
        int requests = Lengths.full() ? full : usually;
        Map<Integer, String> without;
        String said;
        try (TargetProcess shop = shop(major, "without", List.of())) {
            without = customers(shop).send(0, requests);
            said = shop.err();
        }
        Path report = directory.resolve("agent.html");
        String agent = "-javaagent:" + Repository.jar() + "=start,event=wall,file=" + report;
        try (TargetProcess shop = shop(major, "with", List.of(agent))) {
            Customers customers = customers(shop);
            Map<Integer, String> with = new TreeMap<>(customers.send(0, requests / 2));
            CompletableFuture<Map<Integer, String>> rest = CompletableFuture.supplyAsync(() -> {
                try {
                    return customers.send(requests / 2, requests);
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            });
            String collector = Child.run(MustRun.command("pgrep"), "-P", Long.toString(shop.pid()))
                    .ok()
                    .out()
                    .strip();
            Child.run("kill", "-KILL", collector).ok();
            with.putAll(rest.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertThat(with).isEqualTo(without);
            shop.send("stop");
            Child.Result result = shop.await(PATIENCE);
            assertThat(result.exit()).isZero();
            List<String> lines = new ArrayList<>(result.err().lines().toList());
            lines.removeAll(said.lines().toList());
            assertThat(lines).singleElement().asString().contains("137", "no report");
        }
        assertThat(report).doesNotExist();
    }

    private TargetProcess shop(int major, String name, List<String> more) {
        Jdk jdk = MustRun.jdk(major);
        List<String> options = new ArrayList<>(more);
        if (major >= 21) {
            options.add("-XX:+EnableDynamicAgentLoading"); // else the JVM warns
        }
        return TargetProcess.shop(jdk, options, directory.resolve(name));
    }

    private static Customers customers(TargetProcess shop) {
        return new Customers(Integer.parseInt(shop.ask("port")));
    }

    private static List<String> code(Debugger debugger, TargetProcess shop) throws Exception {
        List<String> code = new ArrayList<>();
        for (String method : List.of(ORDER, SEARCH, TOMCAT)) {
            int dot = method.lastIndexOf('.');
            code.addAll(debugger.code(shop, method.substring(0, dot), method.substring(dot + 1)));
        }
        assertThat(code).hasSize(3);
        return code;
    }

    /** Every call of the application's, of Tomcat's, of Lucene's and of H2's methods is counted. */
    private Map<Integer, String> counted(TargetProcess shop, Customers customers, int from, int to) throws Exception {
        Path json = directory.resolve("calls.json");
        List<String> command = new ArrayList<>(List.of("latency", "-f", json.toString()));
        Stream.of(ORDER, SEARCH, TOMCAT, SERVLETS, LUCENE, H2)
                .map("java:"::concat)
                .forEach(command::add);
        Map<Integer, String> answers;
        try (Child recorder = Watch.start(shop, command)) {
            recorder.awaitErr("measuring", PATIENCE);
            answers = customers.send(from, to);
            recorder.signal("INT");
            recorder.await(PATIENCE).ok();
        }
        Map<String, Long> counts = new TreeMap<>();
        Matcher count = COUNT.matcher(Files.readString(json));
        while (count.find()) {
            counts.put(count.group(1), Long.parseLong(count.group(2)));
        }
        long orders = Customers.count(Customers.Kind.ORDER, from, to);
        long looks = Customers.count(Customers.Kind.LOOK, from, to);
        long searches = Customers.count(Customers.Kind.SEARCH, from, to);
        assertThat(counts)
                .containsEntry(ORDER, orders)
                .containsEntry(SEARCH, searches)
                .containsEntry(TOMCAT, (long) to - from)
                .containsEntry(SERVLETS, (long) to - from)
                .containsEntry(LUCENE, searches)
                // of each of three articles its price and its title, of an order that is looked at the order
                .containsEntry(
                        H2, 6 * orders + 4 * looks + found(answers) + Customers.count(Customers.Kind.REPORT, from, to));
        return answers;
    }

    /** How many articles searches have found: a line in the answer for each, each of which is another query. */
    private static long found(Map<Integer, String> answers) {
        return answers.entrySet().stream()
                .filter(answer -> Customers.kind(answer.getKey()) == Customers.Kind.SEARCH)
                .mapToLong(answer -> answer.getValue().lines().skip(1).count())
                .sum();
    }

    /** What the orders wait for is the journal, which one thread writes at a time. */
    private Map<Integer, String> explained(int major, TargetProcess shop, Customers customers, int from, int to)
            throws Exception {
        Path json = directory.resolve("orders.json");
        Map<Integer, String> answers;
        int rounds = 1;
        try (Child recorder =
                Watch.start(shop, List.of("explain", "--slower-than", "1ms", "-f", json.toString(), ORDER))) {
            Links.await(recorder, Watch.explainLinks(major));
            answers = customers.send(from, to);
            for (; rounds * (to - from) < EXPLAINED; rounds++) {
                assertThat(customers.send(from, to)).isEqualTo(answers);
            }
            recorder.signal("INT");
            recorder.await(PATIENCE).ok();
        }
        String text = Files.readString(json);
        long orders = rounds * Customers.count(Customers.Kind.ORDER, from, to);
        assertThat(text).contains("\"calls\":" + orders + ",\"elapsed_ns\"");
        assertThat(text.split("\\{\"part\":"))
                .as("who holds the monitor, and what that waits for")
                .anyMatch(part -> part.startsWith("\"monitor\"") && part.contains("shop.Journal, held by http-nio-"))
                .anyMatch(part -> part.startsWith("\"file I/O\"") && part.contains("journal.txt"));
        long elapsed = 0;
        long parts = 0;
        Matcher time = TIME.matcher(text);
        while (time.find()) {
            long nanos = Long.parseLong(time.group(2));
            parts += time.group(1).equals("all_ns") ? nanos : 0;
            elapsed = elapsed == 0 && time.group(1).equals("elapsed_ns") ? nanos : elapsed;
        }
        assertThat(parts).isCloseTo(elapsed, Percentage.withPercentage(1));
        return answers;
    }

    /** Commands come and go while requests are under way. */
    private Map<Integer, String> disturbed(TargetProcess shop, Customers customers, int from, int to) throws Exception {
        Map<Integer, String> answers = customers.send(from, to);
        CompletableFuture<Void> commands = CompletableFuture.runAsync(() -> {
            String pid = Long.toString(shop.pid());
            String html = directory.resolve("shop.html").toString();
            JavelinCommand.run("record", "-e", "offcpu", "-d", "1s", "-f", html, pid)
                    .ok();
            JavelinCommand.run("latency", "-d", "1s", "java:" + SERVLETS, pid).ok();
            JavelinCommand.run("explain", "-d", "1s", "-f", html, ORDER, pid).ok();
            JavelinCommand.run("trace", "-d", "1s", "java:" + ORDER + ":1ms", pid)
                    .ok();
        });
        int rounds = 0;
        while (!commands.isDone()) {
            assertThat(customers.send(from, to)).isEqualTo(answers);
            rounds++;
        }
        commands.get(0, TimeUnit.SECONDS);
        assertThat(rounds).isPositive();
        return answers;
    }

    /** What has been left in the file system. */
    private static List<Path> left(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(".javelin-" + pid + "-") || name.equals(".attach_pid" + pid);
                    })
                    .toList();
        }
    }

    /** Distributions have load tools; the agent records from the first line on, and a method is explained beside it. */
    @Test
    void theToolsRequestsAreAllThere() throws Exception {
        String ab = MustRun.command("ab");
        Path report = directory.resolve("shop.collapsed");
        Path order = Files.writeString(directory.resolve("order"), "articles=3,14,15");
        String agent = "-javaagent:" + Repository.jar() + "=start,file=" + report;
        try (TargetProcess shop = shop(17, "agent", List.of(agent))) {
            try (Child explain = Watch.start(shop, List.of("explain", ORDER))) {
                Links.await(explain, Watch.explainLinks(17));
                String url = "http://127.0.0.1:" + shop.ask("port") + "/orders";
                String form = "application/x-www-form-urlencoded";
                Child.Result load =
                        Child.run(ab, "-q", "-k", "-c", "8", "-n", "2000", "-p", order.toString(), "-T", form, url);
                assertThat(load.ok().out())
                        .containsPattern("Complete requests: +2000\n")
                        .containsPattern("Failed requests: +0\n")
                        .doesNotContain("Non-2xx");
                explain.signal("INT");
                assertThat(explain.await(PATIENCE).ok().out())
                        .startsWith(ORDER)
                        .containsPattern("(2,000|1,9..) calls")
                        .contains("monitor");
            }
            shop.send("stop");
            assertThat(shop.await(PATIENCE).ok().err()).contains("samples in");
        }
        assertThat(Files.readString(report)).contains("OrderServlet.doPost", "Shop.main");
    }
}
