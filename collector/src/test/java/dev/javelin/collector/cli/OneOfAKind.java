package dev.javelin.collector.cli;

/** The same as {@link OneOfMany}, with a name that no other program has. */
final class OneOfAKind {
    private OneOfAKind() {}

    public static void main(String[] args) throws Exception {
        OneOfMany.main(args);
    }
}
