package dev.javelin.it.targets.chains;

/**
 * Java and C in turn: each descent goes through C functions of a small library (compiled without frame pointers) that
 * call back into Java, four times over. The C functions are part of the grammar; {@code jvl_Java_enter} stands for the
 * JNI entry {@code Java_..._enter}.
 */
final class NativeChain implements Chain {
    private static final int LEVELS = 4;

    private final byte[] array = new byte[64];

    /** The library lies at this path; an empty one loads nothing, for who only wants the grammar. */
    NativeChain(String library) {
        if (!library.isEmpty()) {
            System.load(library);
        }
    }

    @Override
    public void run() {
        Work.keep(down(LEVELS, Work.seed()));
    }

    @Override
    public Grammar grammar() {
        Grammar level = Grammar.calls(
                "NativeChain.down",
                "NativeChain.enter",
                "jvl_Java_enter",
                "jvl_enter",
                "jvl_middle",
                "jvl_back",
                "NativeChain.up");
        Grammar chain = Grammar.calls("NativeChain.run");
        for (int i = 0; i < LEVELS; i++) {
            chain = Grammar.seq(chain, level);
        }
        return Grammar.seq(
                chain,
                Grammar.calls("NativeChain.down"),
                Grammar.either(
                        Grammar.calls("Work.spin"),
                        Grammar.calls("NativeChain.burn", "jvl_Java_burn", "jvl_burn", "jvl_spin"),
                        Grammar.calls("NativeChain.critical", "jvl_Java_critical", "jvl_critical", "jvl_spin"),
                        Grammar.calls("NativeChain.locked", "jvl_Java_locked", "jvl_locked", "jvl_spin")));
    }

    private long down(int left, long x) {
        if (left > 0) {
            return enter(left, x) + 1;
        }
        long y = Work.spin(x, 4000);
        y += burn(y, 4000);
        y += critical(array, 4000);
        return y + locked(y, 4000);
    }

    /** Called by the library. */
    @SuppressWarnings("unused")
    private long up(int left, long x) {
        return down(left - 1, x) + 2;
    }

    private native long enter(int left, long x);

    private static native long burn(long x, int rounds);

    private static native long critical(byte[] array, int rounds);

    private static synchronized native long locked(long x, int rounds);
}
