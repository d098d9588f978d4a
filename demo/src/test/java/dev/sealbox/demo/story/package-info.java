@NullMarked
package dev.sealbox.demo.story;

import org.jspecify.annotations.NullMarked;
