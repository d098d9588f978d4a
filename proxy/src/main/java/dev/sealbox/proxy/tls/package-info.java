/** Certificates: those the proxy shows to sandboxes, and those it accepts from upstreams. */
@NullMarked
package dev.sealbox.proxy.tls;

import org.jspecify.annotations.NullMarked;
