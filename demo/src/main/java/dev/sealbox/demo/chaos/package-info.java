/** What happens to a cluster while parts of it fail, and whether that can have been right. */
@NullMarked
package dev.sealbox.demo.chaos;

import org.jspecify.annotations.NullMarked;
