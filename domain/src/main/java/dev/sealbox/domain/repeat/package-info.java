/** Requests that their clients may repeat without doing a thing twice. */
@NullMarked
package dev.sealbox.domain.repeat;

import org.jspecify.annotations.NullMarked;
