package dev.javelin.it.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Sends numbered requests to the shop. The request of a number is always the same, and so its answer should be. */
public final class Customers {
    private static final int CUSTOMERS = 8;
    /** So many requests come one after the other, from one customer: who orders looks at the order next. */
    private static final int VISIT = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> WORDS =
            List.of("copper lamp", "lampshade amber", "glassware", "cedarwood linenband");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final String shop;

    /** What a request asks for. */
    public enum Kind {
        ORDER,
        LOOK,
        SEARCH,
        REPORT
    }

    /** Customers of the shop at a port of this machine. */
    public Customers(int port) {
        shop = "http://127.0.0.1:" + port;
    }

    /** What the request of this number asks for. */
    public static Kind kind(int number) {
        return switch (number % VISIT) {
            case 0, 6 -> Kind.ORDER;
            case 1, 7 -> Kind.LOOK;
            case 5 -> Kind.REPORT;
            default -> Kind.SEARCH;
        };
    }

    /** How many requests from one number to below another are of a kind. */
    public static long count(Kind kind, int from, int to) {
        return IntStream.range(from, to).filter(number -> kind(number) == kind).count();
    }

    /**
     * Sends the requests from one number to below another, multiples of ten, and waits for the answers.
     *
     * @return by number, all of each answer but its date: status, headers, text
     */
    public Map<Integer, String> send(int from, int to) throws InterruptedException, ExecutionException {
        Map<Integer, String> answers = new ConcurrentSkipListMap<>();
        AtomicInteger next = new AtomicInteger(from);
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CUSTOMERS; i++) {
                all.add(customers.submit(() -> {
                    for (int visit = next.getAndAdd(VISIT); visit < to; visit = next.getAndAdd(VISIT)) {
                        for (int number = visit; number < visit + VISIT; number++) {
                            answers.put(number, answer(number));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> customer : all) {
                customer.get();
            }
        } finally {
            customers.shutdownNow();
        }
        return answers;
    }

    private String answer(int number) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                request(number).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        headers.remove("date");
        return response.statusCode() + " " + headers + "\n" + response.body();
    }

    private HttpRequest.Builder request(int number) {
        return switch (kind(number)) {
            case ORDER ->
                HttpRequest.newBuilder(URI.create(shop + "/orders"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString("number=" + number + "&articles=" + number % 5_000
                                + "," + number * 7 % 5_000 + "," + number * 31 % 5_000));
            case LOOK -> HttpRequest.newBuilder(URI.create(shop + "/orders?number=" + (number - 1)));
            case SEARCH -> {
                String words = WORDS.get(number / 3 % WORDS.size());
                yield HttpRequest.newBuilder(URI.create(shop + "/search?q=" + words.replace(' ', '+')));
            }
            case REPORT -> HttpRequest.newBuilder(URI.create(shop + "/report?department=" + number / VISIT % 20));
        };
    }
}
