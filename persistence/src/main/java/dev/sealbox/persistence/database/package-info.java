/** The PostgreSQL server behind everything that must survive: one that is given, or one that is brought along. */
@NullMarked
package dev.sealbox.persistence.database;

import org.jspecify.annotations.NullMarked;
