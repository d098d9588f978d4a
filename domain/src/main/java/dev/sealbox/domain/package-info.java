/** Words that every part of the domain uses: decisions, outcomes, refusals, wrong values. */
@NullMarked
package dev.sealbox.domain;

import org.jspecify.annotations.NullMarked;
