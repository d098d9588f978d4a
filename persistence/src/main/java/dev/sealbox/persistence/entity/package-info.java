/** The persistent actors, one for each aggregate, and what they say to each other. */
@NullMarked
package dev.sealbox.persistence.entity;

import org.jspecify.annotations.NullMarked;
