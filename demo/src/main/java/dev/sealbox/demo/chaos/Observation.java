package dev.sealbox.demo.chaos;

/**
 * Something that a client or an upstream has seen. Times are nanoseconds of one clock, {@link System#nanoTime}; what was
 * not answered ends {@link #NEVER}.
 */
public sealed interface Observation {
    long NEVER = Long.MAX_VALUE;

    /** A value was written to a register: acknowledged, or not answered and then done or not. */
    record Write(String register, String value, long began, long ended) implements Observation {}

    /** A value was read from a register. */
    record Read(String register, String value, long began, long ended) implements Observation {}

    /** A store was created under a name and got this id, as was acknowledged. */
    record Named(String name, String id) implements Observation {}

    /** A store with this name and id was listed when everything was over. */
    record Listed(String name, String id) implements Observation {}

    /** A value of a sandbox's own store was set, or was begun to be set. */
    record Given(String sandbox, String value) implements Observation {}

    /** A value is not to be used any more, as was acknowledged; {@code lagging} when the answer named sandboxes that lag. */
    record Revoked(String value, long acknowledged, boolean lagging) implements Observation {}

    /** What stood on a sandbox's disk, or on that of a fork, where a number in these bounds must stand. */
    record Found(String sandbox, String where, long least, long most, String text) implements Observation {
        boolean isRight() {
            try {
                var number = Long.parseLong(text);
                return least <= number && number <= most;
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }

    /** An upstream has received a value in a request that only this sandbox makes. */
    record Used(String sandbox, String value, long at) implements Observation {}
}
