/** The one neighbour of every sandbox: a router namespace without a way out, and a link to it per sandbox. */
@NullMarked
package dev.sealbox.runtime.network;

import org.jspecify.annotations.NullMarked;
