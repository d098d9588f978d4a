/** Where aggregates live: the entities, their journal, the keys, and the ports that the API talks to. */
@NullMarked
package dev.sealbox.persistence;

import org.jspecify.annotations.NullMarked;
