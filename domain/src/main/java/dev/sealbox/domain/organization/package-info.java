/** Organisations: who may ask, and which names are taken. */
@NullMarked
package dev.sealbox.domain.organization;

import org.jspecify.annotations.NullMarked;
