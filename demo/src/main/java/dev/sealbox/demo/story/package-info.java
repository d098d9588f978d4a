/** What must hold, told step by step: the demo prints it and the end-to-end tests assert it. */
@NullMarked
package dev.sealbox.demo.story;

import org.jspecify.annotations.NullMarked;
