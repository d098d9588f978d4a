/** The written forms of events, snapshots and messages. */
@NullMarked
package dev.sealbox.persistence.serialization;

import org.jspecify.annotations.NullMarked;
