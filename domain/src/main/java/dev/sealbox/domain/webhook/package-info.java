/** Webhooks: who is told over HTTPS of what happens to sandboxes, of what, and what was told. */
@NullMarked
package dev.sealbox.domain.webhook;

import org.jspecify.annotations.NullMarked;
