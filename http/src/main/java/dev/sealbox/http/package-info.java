/** The HTTP API: routes, authentication, JSON, and what a refusal looks like to a client. */
@NullMarked
package dev.sealbox.http;

import org.jspecify.annotations.NullMarked;
