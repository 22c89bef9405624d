package dev.javelin.collector.cli;

/** A program for the tests: waits for its standard input to end. */
final class OneOfMany {
    private OneOfMany() {}

    public static void main(String[] args) throws Exception {
        System.out.println("ready");
        System.in.transferTo(System.out);
    }
}
