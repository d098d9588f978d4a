package dev.sealbox.domain.session;

import dev.sealbox.domain.Refusal;
import java.util.Map;

/** Why nothing is done with a session. */
public sealed interface SessionRefusal extends Refusal {

    /** Also one that ended some time ago, or that belongs to another sandbox. */
    record NoSuchSession() implements SessionRefusal {}

    /** The program cannot be started so; {@code what} is the sandbox's own word. */
    record CannotStart(String what) implements SessionRefusal {}

    record TooManySessions(int limit) implements SessionRefusal {}

    record TooManyClients(int limit) implements SessionRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchSession refusal -> Kind.NOT_FOUND;
            case CannotStart refusal -> Kind.INVALID;
            case TooManySessions refusal -> Kind.EXHAUSTED;
            case TooManyClients refusal -> Kind.EXHAUSTED;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchSession refusal -> "session.not-found";
            case CannotStart refusal -> "session.cannot-start";
            case TooManySessions refusal -> "session.too-many";
            case TooManyClients refusal -> "session.too-many-clients";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchSession() -> "session not found";
            case CannotStart(var what) -> "the program cannot be started: " + what;
            case TooManySessions(var limit) -> "the sandbox has reached its limit of " + limit + " running sessions";
            case TooManyClients(var limit) -> "the session has reached its limit of " + limit + " clients";
        };
    }

    @Override
    default Map<String, Object> details() {
        return switch (this) {
            case NoSuchSession refusal -> Map.of();
            case CannotStart refusal -> Map.of();
            case TooManySessions(var limit) -> Map.of("limit", limit);
            case TooManyClients(var limit) -> Map.of("limit", limit);
        };
    }
}
