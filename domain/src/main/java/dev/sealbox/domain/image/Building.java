package dev.sealbox.domain.image;

import dev.sealbox.domain.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * Something that comes from a build.
 *
 * @param outcome complete when it is there, or will not be
 * @param leave says that the asker waits no more; may be repeated, and changes nothing once there is an outcome
 * @param <T> what comes
 */
public record Building<T>(CompletionStage<Outcome<T>> outcome, Runnable leave) {}
