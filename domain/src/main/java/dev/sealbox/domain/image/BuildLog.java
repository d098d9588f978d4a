package dev.sealbox.domain.image;

/** Who is told of a build's progress. Called by any thread; must not block. */
@FunctionalInterface
public interface BuildLog {

    /**
     * One line.
     *
     * @param step 0 for the preparation, then the step's number; one more than the last step's for what follows
     * @param type the step's type, or one of resolve, cache_hit, build, checkpoint, create
     */
    record Line(int step, String type, String message) {}

    void add(Line line);

    /** For those who only want the result. */
    BuildLog NONE = line -> {};
}
