package dev.javelin.collector.session;

/**
 * A failure that the user can understand: its message is one line that says what failed, on what, why, and what to do
 * about it. The command line prints the message alone and ends with {@link #exitStatus()}.
 */
public final class JavelinException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exit status of a command that failed. */
    public static final int FAILED = 1;
    /** Exit status of a command that was called wrongly. */
    public static final int USAGE = 2;

    /** What to do where memory is short. */
    public static final String MORE_MEMORY =
            "give Javelin more, for example JAVELIN_OPTS=-Xmx1g ./javelin …, or sample less often";

    private final int exitStatus;

    private JavelinException(String message, Throwable cause, int exitStatus) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** The work could not be done: exit status 1. */
    public static JavelinException failed(String message) {
        return new JavelinException(message, null, FAILED);
    }

    /** The work could not be done because of {@code cause}, which is shown with {@code --verbose} only: exit status 1. */
    public static JavelinException failed(String message, Throwable cause) {
        return new JavelinException(message, cause, FAILED);
    }

    /** The command was called wrongly: exit status 2. */
    public static JavelinException usage(String message) {
        return new JavelinException(message, null, USAGE);
    }

    /** 1 when the work failed, 2 when the command was called wrongly. */
    public int exitStatus() {
        return exitStatus;
    }
}
