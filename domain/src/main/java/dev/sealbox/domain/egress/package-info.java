/** What may leave a sandbox: host names, patterns, and the policy made of them. */
@NullMarked
package dev.sealbox.domain.egress;

import org.jspecify.annotations.NullMarked;
