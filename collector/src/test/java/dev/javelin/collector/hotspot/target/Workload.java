package dev.javelin.collector.hotspot.target;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs ordinary code of the JDK, lambdas and methods of its own, and then stands still until it is killed. Run with -Xbatch,
 * where a thread waits for what it has compiled, it has its compiled code when it is ready, however busy the machine is, and
 * keeps it while it is looked at.
 */
public final class Workload {
    private Workload() {}

    public static void main(String[] args) throws InterruptedException {
        long sum = 0;
        for (int round = 0; round < 150; round++) {
            sum += collections() + inlined(round) + strings(round) + synchronizedSum(round);
        }
        System.out.println(sum == 42 ? "never" : "ready");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static int collections() {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            counts.merge("key" + i % 100, i, Integer::sum);
        }
        List<String> kept = IntStream.range(0, 300)
                .mapToObj(i -> "value" + i)
                .filter(s -> s.hashCode() % 3 == 0)
                .collect(Collectors.toList());
        return counts.size() + kept.size();
    }

    private static int inlined(int round) {
        int sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += outer(i ^ round);
        }
        return sum;
    }

    private static int outer(int value) {
        return middle(value) + 1;
    }

    private static int middle(int value) {
        return inner(value) * 3;
    }

    private static int inner(int value) {
        int mixed = value * 31;
        if ((mixed & 1023) == 1) {
            mixed = apply(v -> v + 7, mixed);
        }
        return mixed;
    }

    private static int apply(IntUnaryOperator operator, int value) {
        return operator.applyAsInt(value);
    }

    private static int strings(int round) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            text.append(i).append(';').append(round);
        }
        return text.toString().hashCode();
    }

    private static synchronized long synchronizedSum(int round) {
        long sum = 0;
        for (int i = 0; i < 1000; i++) {
            sum += System.identityHashCode(Workload.class) + Math.floorMod(i, 7) + round;
        }
        return sum;
    }
}
