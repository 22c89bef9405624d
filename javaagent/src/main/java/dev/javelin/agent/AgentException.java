package dev.javelin.agent;

/** The agent cannot do what it was asked for; the message says in one line what, why, and what to do. */
final class AgentException extends Exception {
    private static final long serialVersionUID = 1;

    AgentException(String message) {
        super(message);
    }
}
