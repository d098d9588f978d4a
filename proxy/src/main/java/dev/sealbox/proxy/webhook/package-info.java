/** How webhooks reach their endpoints: by the rules for addresses and roots that hold for upstreams. */
@NullMarked
package dev.sealbox.proxy.webhook;

import org.jspecify.annotations.NullMarked;
