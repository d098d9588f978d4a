@NullMarked
package dev.sealbox.persistence.webhook;

import org.jspecify.annotations.NullMarked;
