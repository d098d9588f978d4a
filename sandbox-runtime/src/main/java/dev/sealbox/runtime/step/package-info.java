/** What a step of the runtime is: a tool that runs on the host, and a failure that names the step. */
@NullMarked
package dev.sealbox.runtime.step;

import org.jspecify.annotations.NullMarked;
