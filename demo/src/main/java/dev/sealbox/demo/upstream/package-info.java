/** The outside world, on loopback: services over TLS that a sandbox talks to, and that tell what they received. */
@NullMarked
package dev.sealbox.demo.upstream;

import org.jspecify.annotations.NullMarked;
