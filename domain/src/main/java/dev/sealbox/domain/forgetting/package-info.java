/** What was destroyed, and how it is proved to others. */
@NullMarked
package dev.sealbox.domain.forgetting;

import org.jspecify.annotations.NullMarked;
