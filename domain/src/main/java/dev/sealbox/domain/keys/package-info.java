/** The keys that wrap all other keys: what an operator may know of them and ask for. */
@NullMarked
package dev.sealbox.domain.keys;

import org.jspecify.annotations.NullMarked;
