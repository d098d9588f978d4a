/** What the log can prove and answer. */
@NullMarked
package dev.sealbox.domain.audit;

import org.jspecify.annotations.NullMarked;
