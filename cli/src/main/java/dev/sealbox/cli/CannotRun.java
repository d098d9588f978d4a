package dev.sealbox.cli;

/** Why a command cannot even ask the server: one line for its user. */
final class CannotRun extends RuntimeException {
    private static final long serialVersionUID = 1;

    CannotRun(String message) {
        super(message);
    }
}
