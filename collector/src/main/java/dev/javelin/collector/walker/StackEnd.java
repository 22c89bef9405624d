package dev.javelin.collector.walker;

/** How a walk ended; ordinals are {@code enum walk_end} of javelin.h. */
public enum StackEnd {
    COMPLETE("complete"),
    DEPTH("frame limit"),
    UNMAPPED("unknown code"),
    NO_UNWIND_INFO("no unwind info"),
    STACK_UNREADABLE("stack unreadable"),
    NO_BLOB("code cache changed"),
    BAD_RETURN("no return address"),
    NO_PROGRESS("stack pointer stuck"),
    BAD_INTERPRETED("interpreter frame broken"),
    BAD_CHUNK("frozen frames unreadable"),
    NO_USER_REGISTERS("thread leaving"),
    THAWING("virtual thread being thawed");

    private static final StackEnd[] ALL = values();

    private final String text;

    StackEnd(String text) {
        this.text = text;
    }

    /** What users see: {@code "[incomplete: no unwind info]"}. */
    public String text() {
        return text;
    }

    /** The end with this number; {@link #NO_PROGRESS} for numbers that do not exist. */
    public static StackEnd of(int number) {
        return number >= 0 && number < ALL.length ? ALL[number] : NO_PROGRESS;
    }

    /** How many there are. */
    public static int count() {
        return ALL.length;
    }
}
