/** The whole story on one machine: a real node, a local TLS upstream and a git server, and what each of them saw. */
@NullMarked
package dev.sealbox.demo;

import org.jspecify.annotations.NullMarked;
