/** What the log answers: a subject at a moment, and who could use a secret. */
@NullMarked
package dev.sealbox.persistence.answers;

import org.jspecify.annotations.NullMarked;
