/** What was answered to requests that may be repeated, kept in the database. */
@NullMarked
package dev.sealbox.persistence.repeat;

import org.jspecify.annotations.NullMarked;
