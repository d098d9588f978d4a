@NullMarked
package dev.sealbox.demo.upstream;

import org.jspecify.annotations.NullMarked;
