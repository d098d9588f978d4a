/** Read models: tables that follow the events, each event taken exactly once. */
@NullMarked
package dev.sealbox.persistence.projection;

import org.jspecify.annotations.NullMarked;
