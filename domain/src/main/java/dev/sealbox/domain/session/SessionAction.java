package dev.sealbox.domain.session;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Command;

/** What is done to a session. */
public sealed interface SessionAction {
    SessionId id();

    /** Starts it; {@code command} is {@code wanted.run()} with all of its environment. */
    record Open(SessionId id, NewSession wanted, Command command) implements SessionAction {}

    /** Sends a signal to its process group; succeeds when it has ended. */
    record Signal(SessionId id, int number) implements SessionAction {
        private static final int LARGEST = 64;

        public Signal {
            if (number < 1 || number > LARGEST) {
                throw new InvalidValue("signal must be 1 to " + LARGEST + ", or 0 for 9");
            }
        }
    }

    /** Of a terminal. */
    record Resize(SessionId id, TerminalSize size) implements SessionAction {}

    /** Of a terminal: its shell gets a hang-up, and is killed when that does not end it. */
    record HangUp(SessionId id) implements SessionAction {}
}
