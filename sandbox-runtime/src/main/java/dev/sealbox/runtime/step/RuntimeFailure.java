package dev.sealbox.runtime.step;

/** A step of the runtime that did not succeed although nobody asked for anything wrong. The message names the step. */
public final class RuntimeFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String step;

    public RuntimeFailure(String step, String what) {
        super(step + ": " + what);
        this.step = step;
    }

    public RuntimeFailure(String step, Exception cause) {
        super(step + ": " + cause, cause);
        this.step = step;
    }

    /** Such as {@code network} or {@code template}. */
    public String step() {
        return step;
    }
}
