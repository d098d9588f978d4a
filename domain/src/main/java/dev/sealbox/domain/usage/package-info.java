/** What sandboxes have used of their hosts, and reports of it. */
@NullMarked
package dev.sealbox.domain.usage;

import org.jspecify.annotations.NullMarked;
