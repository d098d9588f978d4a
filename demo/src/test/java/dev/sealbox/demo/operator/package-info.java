@NullMarked
package dev.sealbox.demo.operator;

import org.jspecify.annotations.NullMarked;
