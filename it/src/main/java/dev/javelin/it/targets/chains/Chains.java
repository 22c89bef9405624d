package dev.javelin.it.targets.chains;

import dev.javelin.it.targets.Console;
import dev.javelin.it.targets.VirtualThreads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The target that runs every chain on a thread of its own. Arguments: {@code native=PATH} of the compiled library,
 * {@code only=NAME,NAME}, {@code deep} for the stacks of more than a thousand frames, {@code unloading} for those
 * that have classes unloaded all the time. {@code account} prints how often
 * each chain has run.
 */
public final class Chains {
    /** How a chain's thread is called, before the chain's name. */
    public static final String THREAD = "chain-";

    private static final long SMALL_STACK = 160 * 1024;
    private static final long WARM_UP_MILLIS = 2500;

    private Chains() {}

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            options.put(
                    equals < 0 ? argument : argument.substring(0, equals),
                    equals < 0 ? "" : argument.substring(equals + 1));
        }
        Map<String, ChainRunner> runners = new LinkedHashMap<>();
        for (Chain chain : chains(options)) {
            start(chain, runners);
        }
        if (VirtualThreads.supported() && isWanted("Virtual", options)) {
            VirtualChain.start();
        }
        Console console = new Console().on("account", () -> account(runners)).listen();
        Thread.sleep(WARM_UP_MILLIS);
        console.ready();
        console.awaitGo();
    }

    /** All chains that these options choose; the virtual threads' is none of them. */
    public static List<Chain> chains(Map<String, String> options) throws Exception {
        List<Chain> chains = new ArrayList<>();
        if (options.containsKey("deep")) {
            chains.add(new RecursionChain(1500));
            chains.add(new StackOverflowChain());
        } else if (options.containsKey("unloading")) {
            chains.addAll(List.of(new ClinitChain(), new DeoptChain(), new PlainChain()));
        } else {
            chains.addAll(List.of(new PlainChain(), new ObjectChain(), new RecursionChain(450), new SyncChain()));
            chains.addAll(List.of(new ReflectChain(), new HandleChain(), new LambdaChain(), new MixedChain()));
            chains.addAll(List.of(new ExceptionChain(), new IntrinsicChain(), new FinalizeChain()));
            if (options.containsKey("native")) {
                chains.add(new NativeChain(options.get("native")));
            }
        }
        return chains.stream().filter(chain -> isWanted(chain.name(), options)).toList();
    }

    /** The grammar of the frames of a carrier of virtual threads. */
    public static Grammar virtualGrammar() {
        return VirtualChain.grammar();
    }

    /** The regular expression of the frames before {@link Chain#run}. */
    public static String entry() {
        return ChainRunner.ENTRY;
    }

    private static boolean isWanted(String name, Map<String, String> options) {
        String only = options.getOrDefault("only", "");
        return only.isEmpty() || List.of(only.split(",", -1)).contains(name);
    }

    private static void start(Chain chain, Map<String, ChainRunner> runners) {
        for (int i = 0; i < chain.threads(); i++) {
            ChainRunner runner = new ChainRunner(chain);
            long stack = chain instanceof StackOverflowChain ? SMALL_STACK : 0;
            Thread thread = new Thread(null, runner, THREAD + chain.name(), stack);
            thread.start();
            runners.put(chain.name() + (i == 0 ? "" : "-" + i), runner);
        }
    }

    private static String account(Map<String, ChainRunner> runners) {
        return runners.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().rounds())
                .collect(Collectors.joining(" "));
    }
}
