package dev.javelin.it.targets;

/** Says hello and ends: as short as a program can be. */
public final class Hello {
    private Hello() {}

    /** Says it. */
    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
