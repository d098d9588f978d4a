package dev.sealbox.domain.image;

import java.time.Instant;

/**
 * An image in the cache.
 *
 * @param outline the manifest without the contents of files, as JSON; an empty object where it was not kept
 * @param builtAt the epoch where it was not kept
 */
public record BuiltImage(ImageLayer layer, String outline, Instant builtAt) {}
