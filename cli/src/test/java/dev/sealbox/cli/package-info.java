@NullMarked
package dev.sealbox.cli;

import org.jspecify.annotations.NullMarked;
