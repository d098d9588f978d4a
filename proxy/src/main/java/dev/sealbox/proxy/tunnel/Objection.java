package dev.sealbox.proxy.tunnel;

/** A problem on its way to whoever answers the client. */
final class Objection extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    Objection(Problem problem) {
        super(problem.code(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
