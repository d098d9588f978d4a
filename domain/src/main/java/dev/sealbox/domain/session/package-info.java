/** Processes that people attach to: what a session is, and the ports that lead to one. */
@NullMarked
package dev.sealbox.domain.session;

import org.jspecify.annotations.NullMarked;
